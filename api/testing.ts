import { openTestServices } from "../local/testing.ts";
import { DEFAULT_CART_LIFETIMES } from "./cart/lifetime.ts";
import { createShopClient, type ShopClient } from "./client.ts";
import type { KillPoint, ReachKillPoint } from "./checkout/kill-points.ts";
import { openTable, type DynamoDbConnection, type Table } from "./dynamodb/table.ts";
import { migrate } from "./migrate.ts";
import { openPool, sql, type ConnectionPool } from "./postgres/pool.ts";
import type { Caller } from "./roles/caller.ts";
import { appRouter } from "./router.ts";
import { startApi } from "./server.ts";
import { createCallerFactory } from "./trpc.ts";

export interface TestShop {
  client: ShopClient;
  url: string;
  postgresUrl: string;
  dynamodb: DynamoDbConnection;
  pool: ConnectionPool;
  table: Table;
  /** What the service takes for now; set it as you like. */
  time: { now: Date };
  close(): Promise<void>;
}

/** A migrated, empty shop on services of its own, served over HTTP. For tests. */
export async function openTestShop(): Promise<TestShop> {
  const services = await openTestServices();
  const { postgresUrl, dynamodb } = services;
  await migrate({ postgresUrl, dynamodb });
  const time = { now: new Date("2026-03-01T12:00:00Z") };
  const api = await startApi({
    postgresUrl,
    dynamodb,
    clock: () => time.now,
    checkout: { sweepSeconds: 0 },
  });
  const pool = openPool({ postgresUrl });
  const table = openTable(dynamodb);
  return {
    client: createShopClient({ url: api.url }),
    url: api.url,
    postgresUrl,
    dynamodb,
    pool,
    table,
    time,
    async close() {
      await api.close();
      await pool.dispose();
      table.client.destroy();
      await services.close();
    },
  };
}

/** Calls the procedures without HTTP. */
function callInProcess(
  shop: TestShop,
  reachKillPoint: ReachKillPoint,
  caller: Caller = { role: "admin" },
) {
  const { pool, table, time } = shop;
  return createCallerFactory(appRouter)({
    pool,
    table,
    clock: () => time.now,
    cartLifetimes: DEFAULT_CART_LIFETIMES,
    reachKillPoint,
    caller,
    requestId: "in-process",
  });
}

let people = 0;

export async function signUp(shop: TestShop): Promise<number> {
  people += 1;
  const email = `person${people}@example.com`;
  const customer = { firstName: "Ada", lastName: "Reyes", email };
  return (await shop.client.customer.create.mutate(customer)).id;
}

/** A new vendor's items, one for each of these prices; returns their ids. */
export async function listItems(
  shop: TestShop,
  items: readonly { price: string; stock: number }[],
): Promise<number[]> {
  const vendor = await shop.client.vendor.create.mutate({ vendorName: "Hubbard", region: "GW" });
  const ids: number[] = [];
  for (const [index, item] of items.entries()) {
    const listed = { vendorId: vendor.id, itemName: `item ${index}`, category: 1, ...item };
    ids.push((await shop.client.inventory.create.mutate(listed)).id);
  }
  return ids;
}

/** One item of a new vendor; returns its id. */
export async function listItem(shop: TestShop, stock: number, price = "12.50"): Promise<number> {
  const [id] = await listItems(shop, [{ price, stock }]);
  if (id === undefined) throw new Error("nothing was listed");
  return id;
}

/** A new customer with this in the cart; returns the customer's id. */
export async function putCart(shop: TestShop, itemId: number, quantity: number): Promise<number> {
  const userId = await signUp(shop);
  await shop.client.cart.put.mutate({ userId, lines: [{ itemId, quantity }] });
  return userId;
}

/** What a storefront sends to buy the customer's cart as it is now. Send the same again to try again. */
export async function requestFor(shop: TestShop, userId: number, idempotencyKey: string) {
  const cart = await shop.client.cart.get.query({ userId });
  return {
    userId,
    idempotencyKey,
    cartVersion: cart?.version ?? 1,
    expectedTotal: cart?.totalPrice ?? "0.00",
  };
}

/** Buys the customer's cart as it is now. */
export async function buyCart(shop: TestShop, userId: number, idempotencyKey: string) {
  return shop.client.checkout.create.mutate(await requestFor(shop, userId, idempotencyKey));
}

/** A server that dies when it reaches `point`, seen from inside: its caller gets no answer. */
export function callDying(shop: TestShop, point: KillPoint) {
  return callInProcess(shop, (reached) => {
    if (reached === point) throw new Error("the process died here");
  });
}

/** The procedures, called by this caller. */
export function callAs(shop: TestShop, caller: Caller) {
  return callInProcess(shop, () => undefined, caller);
}

export interface StockCount {
  available: number;
  reserved: number;
  sold: number;
}

/**
 * Where the units of an item are, as Postgres sees it: `sold` less what was refunded. Their sum is constant, whatever
 * happens to carts, checkouts and refunds.
 */
export async function countStock(shop: TestShop, itemId: number): Promise<StockCount> {
  const rows = (await shop.pool.query(sql`
    select stock as available,
      coalesce((select sum(quantity)::integer from stock_reservation_line
        join stock_reservation using (reservation_id)
        where item_id = inventory.id and state = 'reserved'), 0) as reserved,
      coalesce((select sum(quantity)::integer from stock_reservation_line
        join stock_reservation using (reservation_id)
        where item_id = inventory.id and state = 'confirmed'), 0)
      - coalesce((select sum(refund_line.quantity)::integer from refund_line
        join refund using (refund_id)
        join stock_reservation_line as line
          on line.reservation_id = sale_id and line.line_number = sale_line_number
        where item_id = inventory.id and state = 'completed'), 0) as sold
    from inventory where id = ${itemId}`)) as StockCount[];
  const [count] = rows;
  if (count === undefined) throw new Error(`there is no item ${itemId}`);
  return count;
}

/** The stable code of the failure that `call` ends in. */
export async function failureOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    const failure = error as { data?: { mercado?: string }; mercado?: string; message: string };
    return failure.data?.mercado ?? failure.mercado ?? failure.message;
  }
  return "no failure";
}
