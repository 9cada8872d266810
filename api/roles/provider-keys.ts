import { createLocalJWKSet, createRemoteJWKSet, errors, type JWTVerifyGetKey } from "jose";
import { wordsOf } from "../absent.ts";
import { StartError } from "../start-error.ts";
import type { Clock } from "../values/time.ts";

/** So old may keys be that tokens are verified with, as long as the key server answers. */
export const KEYS_MILLISECONDS = 30_000;
/** So often, at most, a token whose key is not known makes the shop look for new ones. */
export const NEW_KEYS_MILLISECONDS = 2_000;
const TIMEOUT_MILLISECONDS = 5_000;

/**
 * The public keys of an identity provider. What it withdraws is noticed by the first token after KEYS_MILLISECONDS, what it
 * adds by the first token that is signed with it; while it is away, the keys that it last gave stay good for ten minutes.
 */
export function openProviderKeys(url: string, clock: Clock): JWTVerifyGetKey {
  const keys = createRemoteJWKSet(new URL(url), {
    timeoutDuration: TIMEOUT_MILLISECONDS,
    // Whether it is time to look again is decided here.
    cooldownDuration: Infinity,
  });
  let askedAt = 0;
  let asking: Promise<void> = Promise.resolve();
  function lookAgain(now: number, milliseconds: number): Promise<void> {
    if (now - askedAt >= milliseconds) {
      askedAt = now;
      asking = keys.reload().catch(() => undefined);
    }
    return asking;
  }
  return async (header, token) => {
    const now = clock().getTime();
    // The first time, jose asks by itself.
    if (keys.jwks() === undefined) askedAt = now;
    await lookAgain(now, KEYS_MILLISECONDS);
    try {
      return await keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await lookAgain(now, NEW_KEYS_MILLISECONDS);
      return keys(header, token);
    }
  };
}

/**
 * Looks whether there are keys at the address, for a service that starts: null, or why they cannot be had just now.
 * Throws a StartError where something else is there, which no waiting would mend.
 */
export async function findProviderKeys(url: string): Promise<string | null> {
  let answer: Response;
  let text: string;
  try {
    answer = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS) });
    text = await answer.text();
  } catch (error) {
    return error instanceof Error && error.cause !== undefined
      ? wordsOf(error.cause)
      : wordsOf(error);
  }
  if (answer.status >= 500 || answer.status === 429) return `it answers ${answer.status}`;
  if (!answer.ok) throw unusable(`it answers ${answer.status}`);
  if (!isKeySet(text)) throw unusable("what it answers is no JSON Web Key Set with a key");
  return null;
}

function isKeySet(text: string): boolean {
  try {
    const set = JSON.parse(text) as Parameters<typeof createLocalJWKSet>[0];
    createLocalJWKSet(set);
    return set.keys.length > 0;
  } catch {
    return false;
  }
}

function unusable(cause: string): StartError {
  return new StartError("API_KEYS_UNUSABLE", `MERCADO_API_JWKS_URL names no keys: ${cause}.`, {
    hint: "Set it to the identity provider's jwks_uri, which its /.well-known/openid-configuration names.",
  });
}
