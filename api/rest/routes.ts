import { buyCart } from "./checkout.ts";
import type { RestRequest } from "./rest-request.ts";
import type { ShopCaller } from "./shop-caller.ts";

export interface RestRoute {
  method: "GET" | "POST";
  /** With `:name` for a parameter; served with and without a slash at the end. */
  path: string;
  summary: string;
  /** The procedure whose input, answer and failures these are. */
  procedure: string;
  /** Of an answer. */
  status: 200 | 201;
  /** Fields that stand in the URL although the method has a body. */
  queryFields?: readonly string[];
  /** Fields that former callers send and that the server knows better: dropped. */
  ignored?: readonly string[];
  /** Fields that the procedure demands and this path does not. */
  optional?: readonly string[];
  /** Null is no answer here: 404. */
  missing?: string;
  /** Default: the procedure with the request's input. */
  run?: (shop: ShopCaller, request: RestRequest) => Promise<unknown>;
}

const IGNORED_TIME = ["joinedAt"];

/** The paths of the shop's first API, and those that read what they write. */
export const REST_ROUTES: readonly RestRoute[] = [
  {
    method: "POST",
    path: "/customers/",
    summary: "Sign up a customer. `joined_at` is accepted and ignored: the server's clock decides.",
    procedure: "customer.create",
    status: 201,
    ignored: IGNORED_TIME,
  },
  {
    method: "GET",
    path: "/customers/",
    summary: "Search customers by name or email.",
    procedure: "customer.search",
    status: 200,
  },
  {
    method: "GET",
    path: "/customers/:id",
    summary: "Read a customer.",
    procedure: "customer.get",
    status: 200,
  },
  {
    method: "POST",
    path: "/vendors/",
    summary: "Add a vendor. `joined_at` is accepted and ignored: the server's clock decides.",
    procedure: "vendor.create",
    status: 201,
    ignored: IGNORED_TIME,
  },
  {
    method: "GET",
    path: "/vendors/",
    summary: "Search vendors by name.",
    procedure: "vendor.search",
    status: 200,
  },
  {
    method: "GET",
    path: "/vendors/:id",
    summary: "Read a vendor.",
    procedure: "vendor.get",
    status: 200,
  },
  {
    method: "POST",
    path: "/inventory/",
    summary: "List an item of the vendor that the query names.",
    procedure: "inventory.create",
    status: 201,
    queryFields: ["vendorId"],
  },
  {
    method: "GET",
    path: "/inventory/",
    summary: "Search items.",
    procedure: "inventory.search",
    status: 200,
  },
  {
    method: "GET",
    path: "/inventory/:id",
    summary: "Read an item.",
    procedure: "inventory.get",
    status: 200,
  },
  {
    method: "POST",
    path: "/cart/",
    summary:
      "Replace a customer's cart. Prices, totals and vendors may be sent; where the shop knows better, the answer is 409 and names each.",
    procedure: "cart.put",
    status: 201,
  },
  {
    method: "GET",
    path: "/cart/",
    summary: "Read a customer's cart.",
    procedure: "cart.get",
    status: 200,
    missing: "This customer has no cart.",
  },
  {
    method: "POST",
    path: "/checkout/",
    summary:
      "Buy the cart as it is, or, with `cart_version` and `expected_total`, only as the customer saw it. Repeated with the same header Idempotency-Key, it answers with the first purchase.",
    procedure: "checkout.create",
    status: 201,
    optional: ["idempotencyKey", "cartVersion", "expectedTotal"],
    run: buyCart,
  },
  {
    method: "GET",
    path: "/transactions/",
    summary: "A customer's purchases, newest first.",
    procedure: "transaction.history",
    status: 200,
  },
  {
    method: "GET",
    path: "/transactions/:transaction_id",
    summary: "Read a transaction.",
    procedure: "transaction.get",
    status: 200,
  },
];
