import { createRemoteJWKSet, type JWTVerifyGetKey } from "jose";
import type { Clock } from "../values/time.ts";

/** So old may keys be that tokens are verified with, as long as the key server answers. */
const KEYS_MILLISECONDS = 30_000;
const TIMEOUT_MILLISECONDS = 5_000;

/**
 * The public keys of an identity provider. What it withdraws is noticed by the first token after KEYS_MILLISECONDS; while it
 * is away, the keys that it last gave stay good for ten minutes.
 */
export function openProviderKeys(url: string, clock: Clock): JWTVerifyGetKey {
  const keys = createRemoteJWKSet(new URL(url), { timeoutDuration: TIMEOUT_MILLISECONDS });
  let askedAt = 0;
  let asking: Promise<void> = Promise.resolve();
  return async (header, token) => {
    const now = clock().getTime();
    // The first time, jose asks by itself.
    if (keys.jwks() === undefined) askedAt = now;
    else if (now - askedAt >= KEYS_MILLISECONDS) {
      askedAt = now;
      asking = keys.reload().catch(() => undefined);
    }
    await asking;
    return keys(header, token);
  };
}
