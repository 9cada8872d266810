import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { ShopError } from "../errors.ts";

/** Procedures by what a call of them costs the shop; each class is counted on its own. */
export type RateClass = "read" | "search" | "write" | "checkout" | "sign-in";

/** Calls that one caller may make in a minute. */
export interface RateLimits extends Readonly<Record<RateClass, number>> {
  /** By name (`inventory.search`): counted by itself, too, besides its class. Default: none is. */
  readonly procedures?: Readonly<Record<string, number>>;
}

/** `sign-in` counts the tokens of an address that were refused. */
export const RATE_LIMITS: Readonly<Record<RateClass, number>> = {
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
  /**
   * Counts one call of a class, or of a procedure that has a limit of its own; throws a ShopError with
   * `details.retryAfterSeconds` when there were too many.
   */
  spend(counted: string, caller: string): Promise<void>;
}

/** Counts in this process's memory: several instances behind a balancer count each for itself. */
export function openRateLimiter({ procedures = {}, ...classes }: RateLimits): RateLimiter {
  // A procedure's name has a dot, a class's has none.
  const limits = Object.entries<number>({ ...classes, ...procedures });
  const limiters = new Map(
    limits.map(([counted, points]) => {
      const options = { points, duration: WINDOW_SECONDS, keyPrefix: counted };
      return [counted, new RateLimiterMemory(options)];
    }),
  );
  return {
    async spend(counted, caller) {
      const limiter = limiters.get(counted);
      try {
        await limiter?.consume(caller);
      } catch (error) {
        if (error instanceof RateLimiterRes && limiter !== undefined) {
          throw tooMany(counted, limiter.points, error.msBeforeNext);
        }
        throw error;
      }
    },
  };
}

function tooMany(counted: string, limit: number, milliseconds: number): ShopError {
  const retryAfterSeconds = Math.max(1, Math.ceil(milliseconds / 1_000));
  const isProcedure = counted.includes(".");
  return new ShopError(
    "RATE_LIMITED",
    `Too many calls: the shop takes ${limit} of ${isProcedure ? counted : `the kind "${counted}"`} a minute from one caller.`,
    {
      hint: `Wait ${retryAfterSeconds} seconds, as the header retry-after says.`,
      details: { [isProcedure ? "procedure" : "rateClass"]: counted, limit, retryAfterSeconds },
    },
  );
}
