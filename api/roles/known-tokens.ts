import { createHash } from "node:crypto";
import type { Clock } from "../values/time.ts";
import type { Caller } from "./caller.ts";

/** Whose tokens were found good a while ago, so that a token is not verified again with each request. */
export interface KnownTokens {
  /** Undefined for a token that is not known, or not good any more. */
  find(token: string): Caller | undefined;
  /** `goodUntil` is in milliseconds since 1970; at that very moment it is good no more. */
  remember(token: string, caller: Caller, goodUntil: number): void;
}

/** Knows the latest `maximum` tokens by their digests: a copy of this memory lets nobody in. */
export function openKnownTokens(clock: Clock, maximum: number): KnownTokens {
  // A Map keeps the order in which its keys were set.
  const known = new Map<string, { caller: Caller; goodUntil: number }>();
  return {
    find(token) {
      const digest = digestOf(token);
      const found = known.get(digest);
      if (found === undefined) return undefined;
      if (clock().getTime() < found.goodUntil) return found.caller;
      known.delete(digest);
      return undefined;
    },
    remember(token, caller, goodUntil) {
      known.set(digestOf(token), { caller, goodUntil });
      if (known.size <= maximum) return;
      for (const oldest of known.keys()) {
        known.delete(oldest);
        return;
      }
    },
  };
}

function digestOf(token: string): string {
  return createHash("sha256").update(token).digest("base64");
}
