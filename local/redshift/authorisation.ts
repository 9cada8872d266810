import type { IncomingHttpHeaders } from "node:http";
import { DataApiError } from "./data-api-error.ts";

/**
 * Checks that a request is signed (SigV4) with one of the keys that this server knows, and tells whose it is. The
 * signature itself is not computed again.
 */
export function authorise(
  headers: IncomingHttpHeaders,
  identities: Readonly<Record<string, string>>,
): string {
  const { authorization } = headers;
  if (authorization === undefined) {
    throw new DataApiError("MissingAuthenticationTokenException", "Missing Authentication Token");
  }
  const signed =
    /^AWS4-HMAC-SHA256 Credential=(?<key>[^/,]+)\/\d{8}\/[^/]+\/redshift-data\/aws4_request, ?SignedHeaders=[^,]+, ?Signature=[0-9a-f]{64}$/.exec(
      authorization,
    );
  if (signed === null) {
    throw new DataApiError(
      "IncompleteSignatureException",
      "Authorization header requires AWS Signature Version 4 for the service redshift-data.",
    );
  }
  const key = signed.groups?.["key"] ?? "";
  const identity = Object.hasOwn(identities, key) ? identities[key] : undefined;
  if (identity === undefined) {
    throw new DataApiError(
      "UnrecognizedClientException",
      "The security token included in the request is invalid.",
    );
  }
  return identity;
}
