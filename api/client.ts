import { createTRPCClient, httpBatchLink, type TRPCClient } from "@trpc/client";
import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import { repeatUnanswered } from "./client/retries.ts";
import type { AppRouter } from "./router.ts";

export { shopFailureOf, type ShopFailure } from "./client/failure.ts";
export type { AppRouter, ShopErrorCode } from "./router.ts";

export type ShopClient = TRPCClient<AppRouter>;

/** What each procedure takes: `ShopInputs["cart"]["put"]`. */
export type ShopInputs = inferRouterInputs<AppRouter>;

/** What each procedure gives: `ShopOutputs["inventory"]["search"]`. */
export type ShopOutputs = inferRouterOutputs<AppRouter>;

export interface ShopClientOptions {
  /** The service's address without a path. */
  url: string;
  /** A signed token of a customer, vendor or admin; without one the caller is anonymous. */
  token?: string | undefined;
  /** Asked before each request, in place of `token`: for tokens that expire, and for signing in and out. */
  getToken?: () => string | undefined | Promise<string | undefined>;
  /** Default: the platform's own. */
  fetch?: typeof fetch;
  /** How often a call that may be repeated is sent again when no answer arrives. Default 3. */
  retries?: number;
  /** How long an answer may take, in each attempt. Default 30,000. */
  timeoutMilliseconds?: number;
}

/**
 * A typed client of the shop. Calls made in the same tick travel in one request. Queries are repeated when no answer
 * arrives, and so is what the shop knows again: a checkout, refund or cancellation by its idempotency key,
 * a change of a cart by its `requestId`, a merge of a guest's cart. No other mutation is.
 */
export function createShopClient(options: ShopClientOptions): ShopClient {
  const { token, getToken = () => token, retries = 3, timeoutMilliseconds = 30_000 } = options;
  const send = options.fetch ?? fetch;
  return createTRPCClient<AppRouter>({
    links: [
      repeatUnanswered(retries),
      httpBatchLink({
        url: new URL("/trpc", options.url).href,
        maxItems: 50,
        maxURLLength: 4_000,
        async headers() {
          const current = await getToken();
          return current === undefined ? {} : { authorization: `Bearer ${current}` };
        },
        fetch(input, init) {
          const tooLate = AbortSignal.timeout(timeoutMilliseconds);
          const aborted = init?.signal ?? undefined;
          const signal = aborted === undefined ? tooLate : AbortSignal.any([aborted, tooLate]);
          // Its type names the DOM, which a service has not; what tRPC passes is the URL.
          return send(input as string, { ...init, signal });
        },
      }),
    ],
  });
}
