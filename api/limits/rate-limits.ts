import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { ShopError } from "../errors.ts";

/** Procedures by what a call of them costs the shop; each class is counted on its own. */
export type RateClass = "read" | "search" | "write" | "checkout" | "sign-in";

/** Calls that one caller may make in a minute. */
export type RateLimits = Readonly<Record<RateClass, number>>;

/** `sign-in` counts the tokens of an address that were refused. */
export const RATE_LIMITS: RateLimits = {
  read: 1_200,
  search: 300,
  write: 300,
  checkout: 60,
  "sign-in": 30,
};

export const RATE_CLASSES = Object.keys(RATE_LIMITS) as RateClass[];

const WINDOW_SECONDS = 60;
/** Queries that walk an index rather than fetch by key. */
const SEARCHES = /\.(search|history|sales|customers|changes)$/;

export function rateClassOf(path: string, type: string): RateClass {
  if (type === "query") return SEARCHES.test(path) ? "search" : "read";
  return /^(checkout|refund)\./.test(path) || path.startsWith("transaction.")
    ? "checkout"
    : "write";
}

export interface RateLimiter {
  /** Counts one call; throws a ShopError with `details.retryAfterSeconds` when there were too many. */
  spend(rateClass: RateClass, caller: string): Promise<void>;
}

/** Counts in this process's memory: several instances behind a balancer count each for itself. */
export function openRateLimiter(limits: RateLimits): RateLimiter {
  const limiters = new Map(
    RATE_CLASSES.map((rateClass) => {
      const options = { points: limits[rateClass], duration: WINDOW_SECONDS, keyPrefix: rateClass };
      return [rateClass, new RateLimiterMemory(options)];
    }),
  );
  return {
    async spend(rateClass, caller) {
      try {
        await limiters.get(rateClass)?.consume(caller);
      } catch (error) {
        if (error instanceof RateLimiterRes) {
          throw tooMany(rateClass, limits[rateClass], error.msBeforeNext);
        }
        throw error;
      }
    },
  };
}

function tooMany(rateClass: RateClass, limit: number, milliseconds: number): ShopError {
  const retryAfterSeconds = Math.max(1, Math.ceil(milliseconds / 1_000));
  return new ShopError(
    "RATE_LIMITED",
    `Too many calls: the shop takes ${limit} of the kind "${rateClass}" a minute from one caller.`,
    {
      hint: `Wait ${retryAfterSeconds} seconds, as the header retry-after says.`,
      details: { rateClass, limit, retryAfterSeconds },
    },
  );
}
