import { webcrypto } from "node:crypto";
import { errors, jwtVerify, type JWTPayload, type JWTVerifyOptions } from "jose";
import { ShopError } from "../errors.ts";
import { systemClock, type Clock } from "../values/time.ts";
import type { Caller } from "./caller.ts";
import { callerFrom } from "./claims.ts";
import { openKnownTokens } from "./known-tokens.ts";
import { openProviderKeys } from "./provider-keys.ts";

interface Expected {
  /** Of the claim `aud`. Default `mercado`. */
  readonly audience?: string;
  /** Of the claim `iss`. Default: any. */
  readonly issuer?: string;
}

/**
 * Where the key comes from that tokens are verified with: a shared secret (HS256), the public keys of an identity
 * provider (RS256, PS256, ES256, EdDSA), or a secret of this machine, where a call without a token is an admin's.
 */
export type AuthenticationSettings =
  | ({ readonly kind: "secret" | "development"; readonly secret: string } & Expected)
  | ({ readonly kind: "jwks"; readonly url: string } & Expected);

/** Tells who calls from the header `Authorization`. Throws a ShopError for a token that is not good. */
export type Authenticate = (authorization: string | undefined) => Promise<Caller>;

export const DEFAULT_AUDIENCE = "mercado";
const CLOCK_TOLERANCE_SECONDS = 5;
const MAXIMUM_TOKEN_CHARACTERS = 8_192;
const MAXIMUM_KNOWN_TOKENS = 10_000;
/** So long after its key was withdrawn a token may be known; as much comes on top for the age of the keys. */
const KNOWN_MILLISECONDS_WITH_JWKS = 30_000;

/** A good token is verified once and then known until it expires; one that is not good is verified each time. */
export function openAuthentication(
  settings: AuthenticationSettings,
  clock: Clock = systemClock,
): Authenticate {
  const verify = verifierOf(settings, clock);
  const known = openKnownTokens(clock, MAXIMUM_KNOWN_TOKENS);
  const withoutToken: Caller = { role: settings.kind === "development" ? "admin" : "anonymous" };
  return async (authorization) => {
    if (authorization === undefined) return withoutToken;
    const [, token] = /^bearer +(\S+)$/i.exec(authorization) ?? [];
    if (token === undefined || token.length > MAXIMUM_TOKEN_CHARACTERS) {
      throw tokenInvalid("The header Authorization holds no bearer token.");
    }
    const caller = known.find(token);
    if (caller !== undefined) return caller;
    const verifiedAt = clock();
    const payload = await payloadOf(verify(token, verifiedAt));
    const named = callerFrom(payload);
    if (named === undefined) throw tokenInvalid("The token names no role of the shop.");
    const longest =
      settings.kind === "jwks" ? verifiedAt.getTime() + KNOWN_MILLISECONDS_WITH_JWKS : Infinity;
    known.remember(token, named, Math.min(endOf(payload), longest));
    return named;
  };
}

/** When jose begins to refuse the token: it compares whole seconds. */
function endOf({ exp = 0 }: JWTPayload): number {
  return Math.ceil(exp + CLOCK_TOLERANCE_SECONDS) * 1_000;
}

type Verify = (token: string, now: Date) => Promise<JWTPayload>;

function verifierOf(settings: AuthenticationSettings, clock: Clock): Verify {
  const options: JWTVerifyOptions = {
    audience: settings.audience ?? DEFAULT_AUDIENCE,
    ...(settings.issuer === undefined ? {} : { issuer: settings.issuer }),
    requiredClaims: ["exp"],
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
  };
  if (settings.kind === "jwks") {
    const keys = openProviderKeys(settings.url, clock);
    const algorithms = ["RS256", "PS256", "ES256", "EdDSA"];
    return async (token, currentDate) =>
      (await jwtVerify(token, keys, { ...options, algorithms, currentDate })).payload;
  }
  // Imported once: of bare bytes, jose would make a key for each token, which takes as long as verifying it.
  const key = webcrypto.subtle.importKey(
    "raw",
    new TextEncoder().encode(settings.secret),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["verify"],
  );
  const algorithms = ["HS256"];
  return async (token, currentDate) =>
    (await jwtVerify(token, await key, { ...options, algorithms, currentDate })).payload;
}

async function payloadOf(verified: Promise<JWTPayload>): Promise<JWTPayload> {
  try {
    return await verified;
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw tokenInvalid("The token has expired.", error);
    if (error instanceof errors.JOSEError && !isKeyServerAway(error)) {
      throw tokenInvalid("The token is not signed for this shop.", error);
    }
    throw new ShopError("SERVICE_UNAVAILABLE", "Tokens cannot be verified just now.", {
      hint: "Try again in a moment.",
      cause: error,
    });
  }
}

/** The key server's answer was late, a failure, or no key set; jose has no class of its own for the second. */
function isKeyServerAway(error: errors.JOSEError): boolean {
  return (
    error instanceof errors.JWKSTimeout ||
    error instanceof errors.JWKSInvalid ||
    error.code === "ERR_JOSE_GENERIC"
  );
}

function tokenInvalid(message: string, cause?: unknown): ShopError {
  return new ShopError("TOKEN_INVALID", message, {
    hint: "Sign in again, or leave the header Authorization out.",
    cause,
  });
}
