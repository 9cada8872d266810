import { createTRPCClient, httpBatchLink, type TRPCClient } from "@trpc/client";
import type { AppRouter } from "./router.ts";

export type ShopClient = TRPCClient<AppRouter>;

/**
 * A typed client of the shop. `url` is the service's address without a path; calls made in the same tick
 * travel in one request.
 */
export function createShopClient(options: { url: string }): ShopClient {
  const url = new URL("/trpc", options.url).href;
  return createTRPCClient<AppRouter>({
    links: [httpBatchLink({ url, maxItems: 50, maxURLLength: 4_000 })],
  });
}
