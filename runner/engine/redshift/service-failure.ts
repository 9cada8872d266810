import { messageOf } from "../../core/caught.ts";
import { Failure } from "../../core/diagnostic.ts";
import type { Diagnostic } from "../../core/diagnostic.ts";
import { warehouseName } from "./connection.ts";
import type { RedshiftConnection } from "./connection.ts";

/** What became of a request: refused for now, without an answer, or refused for good. */
export type Refusal = "busy" | "unanswered" | "final";

const busy = new Set([
  "ActiveSessionsExceededException",
  "ActiveStatementsExceededException",
  "ActiveWaitingRequestsExceededException",
  "LimitExceededException",
  "RequestLimitExceeded",
  "RequestThrottled",
  "SlowDown",
  "Throttling",
  "ThrottledException",
  "ThrottlingException",
  "TooManyRequestsException",
]);

const denied = new Set([
  "AccessDenied",
  "AccessDeniedException",
  "ExpiredToken",
  "ExpiredTokenException",
  "IncompleteSignature",
  "InvalidClientTokenId",
  "InvalidSignatureException",
  "MissingAuthenticationToken",
  "MissingAuthenticationTokenException",
  "OptInRequired",
  "SignatureDoesNotMatch",
  "UnrecognizedClientException",
]);

/** Of a key that the server does not know, or a signature that is not by it. */
const unknownKey = new Set([
  "InvalidClientTokenId",
  "InvalidSignatureException",
  "SignatureDoesNotMatch",
  "UnrecognizedClientException",
]);

function nameOf(error: unknown): string {
  return typeof error === "object" && error !== null && "name" in error ? String(error.name) : "";
}

function statusOf(error: unknown): number | undefined {
  if (typeof error !== "object" || error === null || !("$metadata" in error)) return undefined;
  return (error.$metadata as { readonly httpStatusCode?: number }).httpStatusCode;
}

/** A busy service has done nothing; of an unanswered request nobody knows. */
export function refusalOf(error: unknown): Refusal {
  const status = statusOf(error);
  if (busy.has(nameOf(error)) || status === 429) return "busy";
  if (nameOf(error) === "CredentialsProviderError" || isRegionMissing(error)) return "final";
  // An answer that cannot be read was given all the same.
  if (status === undefined || status >= 500 || status < 300) return "unanswered";
  return "final";
}

function isRegionMissing(error: unknown): boolean {
  return messageOf(error) === "Region is missing";
}

/** How a request was made that failed. */
export interface Attempted {
  /** For how long it was tried. */
  readonly seconds: number;
  /** Whether the service has answered anything before; default is yes. */
  readonly wasHeard?: boolean;
}

/** The failure that an error of a request stands for. */
export function serviceFailure(
  error: unknown,
  connection: RedshiftConnection,
  attempted: Attempted,
): Failure {
  if (error instanceof Failure) return error;
  return new Failure([{ ...explain(error, connection, attempted), cause: causeOf(error) }]);
}

function causeOf(error: unknown): string {
  const name = nameOf(error);
  return name === "" || name === "Error" ? messageOf(error) : `${name}: ${messageOf(error)}`;
}

type Explanation = Pick<Diagnostic, "code" | "message" | "hint">;

function explain(
  error: unknown,
  connection: RedshiftConnection,
  { seconds, wasHeard = true }: Attempted,
): Explanation {
  const warehouse = warehouseName(connection);
  const name = nameOf(error);
  const status = statusOf(error);
  const refusal = refusalOf(error);
  if (name === "CredentialsProviderError") {
    return {
      code: "WAREHOUSE_DENIED",
      message: `There are no credentials for ${warehouse}.`,
      hint: "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE: any source of credentials that the AWS SDK knows.",
    };
  }
  if (isRegionMissing(error)) {
    return {
      code: "WAREHOUSE_NOT_FOUND",
      message: "Nothing says in which region the warehouse is.",
      hint: "Set the target's redshift.region in pipelines.yaml, or AWS_REGION.",
    };
  }
  if (denied.has(name) || status === 401 || status === 403) {
    return {
      code: "WAREHOUSE_DENIED",
      message: `${warehouse} is refused to these credentials.`,
      hint:
        connection.endpoint === undefined || !unknownKey.has(name)
          ? "They need redshift-data:* on the warehouse, and what lets them in as the target says: redshift-serverless:GetCredentials, redshift:GetClusterCredentialsWithIAM, redshift:GetClusterCredentials or secretsmanager:GetSecretValue. See what is missing: runner doctor"
          : `Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to what the server at ${connection.endpoint} takes.`,
    };
  }
  const told = stateOf(messageOf(error), warehouse);
  if (told !== undefined && refusal === "final") return told;
  switch (refusal) {
    case "busy":
      return {
        code: "WAREHOUSE_UNREACHABLE",
        message: `${warehouse} had too much to do for ${seconds} s.`,
        hint: "Run it again when others have finished, with fewer --threads, or on a larger warehouse.",
      };
    case "unanswered":
      return {
        code: "WAREHOUSE_UNREACHABLE",
        message: `${warehouse} does not answer, for ${seconds} s now.`,
        hint: wasHeard
          ? "Run it again once it does: the next run finds out what became of this one."
          : "See whether it runs, whether the target in pipelines.yaml has its address or region, and whether this machine reaches it: runner doctor",
      };
    case "final":
      return {
        code: "WAREHOUSE_FAILED",
        message: `${warehouse} refused a request.`,
        hint: "See what the target needs: runner doctor",
      };
    default:
      return refusal satisfies never;
  }
}

/** What a message of the service, or a connection error of a statement, says of the warehouse itself. */
export function stateOf(message: string, warehouse: string): Explanation | undefined {
  if (/\bpaus(?:ed|ing)\b|not available|is resuming|is being (?:created|modified)/i.test(message)) {
    return {
      code: "WAREHOUSE_UNREACHABLE",
      message: `${warehouse} is paused or not available.`,
      hint: "Resume it, or wait until it is available, and run it again.",
    };
  }
  if (
    /password authentication failed|(?:login|user) .*(?:not permitted|does not exist)/i.test(
      message,
    )
  ) {
    return {
      code: "WAREHOUSE_DENIED",
      message: `${warehouse} does not let this user in.`,
      hint: "Check the target's secret_arn or db_user in pipelines.yaml.",
    };
  }
  if (
    /(?:database|workgroup|cluster|endpoint|namespace)\b.*(?:not exist|not found|doesn't exist)/i.test(
      message,
    )
  ) {
    return {
      code: "WAREHOUSE_NOT_FOUND",
      message: `${warehouse}, or its database, does not exist.`,
      hint: "Check workgroup, cluster, database and region of the target in pipelines.yaml.",
    };
  }
  return undefined;
}
