import { cartRouter } from "./routers/cart.ts";
import { checkoutRouter } from "./routers/checkout.ts";
import { customerRouter } from "./routers/customer.ts";
import { inventoryRouter } from "./routers/inventory.ts";
import { transactionRouter } from "./routers/transaction.ts";
import { vendorRouter } from "./routers/vendor.ts";
import { router } from "./trpc.ts";

export const appRouter = router({
  customer: customerRouter,
  vendor: vendorRouter,
  inventory: inventoryRouter,
  cart: cartRouter,
  checkout: checkoutRouter,
  transaction: transactionRouter,
});

export type AppRouter = typeof appRouter;
export type { ShopErrorCode } from "./errors.ts";
