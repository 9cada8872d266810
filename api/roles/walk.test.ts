import { randomUUID } from "node:crypto";
import { ScanCommand } from "@aws-sdk/client-dynamodb";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { sql } from "../postgres/pool.ts";
import { appRouter } from "../router.ts";
import { buyCart, failureOf, listItems, signUp } from "../testing.ts";
import { useTestShop } from "../testing/use-test-shop.ts";
import { DEFAULT_CART_LIFETIMES } from "../cart/lifetime.ts";
import { createCallerFactory, type ProcedureMeta } from "../trpc.ts";
import type { Caller, Role } from "./caller.ts";

/** Everything in the shop that is one customer's, or one vendor's. */
interface Belongings {
  userId: number;
  guestId: string;
  /** Whose cart it is: the guest's for who has not signed in. */
  owner: { userId: number } | { guestId: string };
  email: string;
  vendorId: number;
  itemId: number;
  idempotencyKey: string;
  /** A sale that nothing was refunded of. */
  transactionId: string;
  /** Of a cart that costs 2.50. */
  cartVersion: number;
}

type Input = (whose: Belongings) => unknown;

/**
 * What each procedure is called with, about the belongings of somebody. `reachable` by whom they do not belong to: the
 * procedure tells it to everybody who may call it.
 */
const WALK: Readonly<Record<string, { readonly input: Input; readonly reachable?: true }>> = {
  "customer.create": {
    input: () => ({ firstName: "A", lastName: "B", email: `${randomUUID()}@example.com` }),
  },
  "customer.get": { input: ({ userId }) => ({ id: userId }) },
  "customer.byEmail": { input: ({ email }) => ({ email }) },
  "customer.search": { input: ({ email }) => ({ email }) },
  "customer.update": { input: ({ userId }) => ({ userId, firstName: "Grace" }) },
  "customer.archive": { input: ({ userId }) => ({ id: userId }) },
  "customer.restore": { input: ({ userId }) => ({ id: userId }) },
  "vendor.create": { input: () => ({ vendorName: "V", region: "PH" }) },
  "vendor.get": { input: ({ vendorId }) => ({ id: vendorId }), reachable: true },
  "vendor.search": { input: () => ({ vendorName: "hub" }), reachable: true },
  "vendor.update": { input: ({ vendorId }) => ({ vendorId, region: "C" }) },
  "vendor.archive": { input: ({ vendorId }) => ({ id: vendorId }) },
  "vendor.restore": { input: ({ vendorId }) => ({ id: vendorId }) },
  "vendor.sales": { input: ({ vendorId }) => ({ vendorId }) },
  "vendor.customers": { input: ({ vendorId }) => ({ vendorId }) },
  "inventory.create": {
    input: ({ vendorId }) => ({ vendorId, itemName: "x", category: 1, price: "1.00" }),
  },
  "inventory.get": { input: ({ itemId }) => ({ id: itemId }), reachable: true },
  "inventory.search": { input: ({ vendorId }) => ({ vendorId }), reachable: true },
  "inventory.update": { input: ({ itemId }) => ({ id: itemId, price: "3.00" }) },
  "inventory.archive": { input: ({ itemId }) => ({ id: itemId }) },
  "inventory.restore": { input: ({ itemId }) => ({ id: itemId }) },
  "inventory.changes": { input: ({ itemId }) => ({ id: itemId }) },
  "cart.createGuest": { input: () => undefined, reachable: true },
  "cart.get": { input: ({ owner }) => owner },
  "cart.add": { input: ({ owner, itemId }) => ({ ...owner, itemId, quantity: 1 }) },
  "cart.change": { input: ({ owner, itemId }) => ({ ...owner, itemId, quantity: 5 }) },
  "cart.remove": { input: ({ owner, itemId }) => ({ ...owner, itemId }) },
  "cart.clear": { input: ({ owner }) => owner },
  "cart.put": {
    input: ({ owner, itemId }) => ({ ...owner, lines: [{ itemId, quantity: 1 }] }),
  },
  "cart.merge": { input: ({ userId, guestId }) => ({ userId, guestId }) },
  "checkout.create": {
    input: ({ userId, cartVersion }) => ({
      userId,
      idempotencyKey: randomUUID(),
      cartVersion,
      expectedTotal: "2.50",
    }),
  },
  "checkout.get": { input: ({ userId, idempotencyKey }) => ({ userId, idempotencyKey }) },
  "transaction.history": { input: ({ userId }) => ({ userId }) },
  "transaction.get": { input: ({ transactionId }) => ({ transactionId }) },
  "transaction.refund": {
    input: ({ transactionId }) => ({ transactionId, idempotencyKey: randomUUID() }),
  },
  "transaction.cancel": {
    input: ({ userId, transactionId }) => ({ userId, transactionId, idempotencyKey: randomUUID() }),
  },
};

const ROLES: readonly Role[] = ["anonymous", "customer", "vendor", "admin"];
const DENIALS = ["UNAUTHORIZED", "FORBIDDEN", "TRANSACTION_NOT_FOUND"];

const shop = useTestShop();
let mine: Belongings;
let yours: Belongings;
beforeAll(async () => {
  [mine, yours] = await Promise.all([settle(), settle()]);
});

async function settle(): Promise<Belongings> {
  const userId = await signUp(shop);
  const { email } = await shop.client.customer.get.query({ id: userId });
  const [itemId] = await listItems(shop, [{ price: "2.50", stock: 1_000 }]);
  const { vendorId } = await shop.client.inventory.get.query({ id: itemId! });
  const idempotencyKey = randomUUID();
  const lines = [{ itemId: itemId!, quantity: 1 }];
  await shop.client.cart.put.mutate({ userId, lines });
  const { transactionId } = await buyCart(shop, userId, idempotencyKey);
  const { version: cartVersion } = await shop.client.cart.put.mutate({ userId, lines });
  const guest = await shop.client.cart.createGuest.mutate();
  await shop.client.cart.put.mutate({ ...guest, lines });
  const owner = { userId };
  return {
    userId,
    ...guest,
    owner,
    email,
    vendorId,
    itemId: itemId!,
    idempotencyKey,
    transactionId,
    cartVersion,
  };
}

function callerOf(role: Role): Caller {
  switch (role) {
    case "customer":
      return { role, customerId: mine.userId };
    case "vendor":
      return { role, vendorId: mine.vendorId };
    case "admin":
    case "anonymous":
      return { role };
  }
}

function call(path: string, role: Role, input: unknown): Promise<unknown> {
  const { pool, table, time } = shop;
  const caller = createCallerFactory(appRouter)({
    pool,
    table,
    clock: () => time.now,
    cartLifetimes: DEFAULT_CART_LIFETIMES,
    reachKillPoint: () => undefined,
    caller: callerOf(role),
    requestId: "walk",
  });
  const procedure = path
    .split(".")
    .reduce((at: unknown, name) => (at as Record<string, unknown>)[name], caller);
  return (procedure as (input: unknown) => Promise<unknown>)(input);
}

function rolesOf(path: string): readonly Role[] {
  const procedures: Readonly<Record<string, unknown>> = appRouter._def.procedures;
  const procedure = procedures[path] as { _def: { meta?: ProcedureMeta } } | undefined;
  return procedure?._def.meta?.roles ?? [];
}

/** Every row and item of the shop. */
async function contents(): Promise<unknown> {
  const tables = (await shop.pool.query(
    sql`select tablename as name from pg_tables where schemaname = 'public' order by 1`,
  )) as { name: string }[];
  const rows: unknown[] = [];
  for (const { name } of tables) {
    rows.push(
      await shop.pool.query(sql`select * from ${sql.ident(name)} as row order by row::text`),
    );
  }
  const { Items: items = [] } = await shop.table.client.send(
    new ScanCommand({ TableName: shop.table.name }),
  );
  return { rows, items: new Map(items.map((item) => [`${item.pk?.S} ${item.sk?.S}`, item])) };
}

test("the walk knows every procedure, and every procedure says for whom it is", () => {
  const paths = Object.keys(appRouter._def.procedures);
  expect(paths.toSorted()).toEqual(Object.keys(WALK).toSorted());
  expect(paths.filter((path) => rolesOf(path).length === 0)).toEqual([]);
  expect(paths.filter((path) => !rolesOf(path).includes("admin"))).toEqual([]);
});

const calls = Object.entries(WALK).flatMap(([path, row]) =>
  ROLES.map((role) => ({ path, role, allowed: rolesOf(path).includes(role), ...row })),
);

describe("whom a procedure is not for", () => {
  test.each(calls.filter(({ allowed }) => !allowed))("$path refuses $role", async (each) => {
    const { path, role, input } = each;
    const before = await contents();
    const denial = role === "anonymous" ? "UNAUTHORIZED" : "FORBIDDEN";
    expect(await failureOf(call(path, role, input(mine)))).toBe(denial);
    expect(await failureOf(call(path, role, input(yours)))).toBe(denial);
    // Who may not call learns nothing of what a good call would look like.
    expect(await failureOf(call(path, role, { hostile: true }))).toBe(denial);
    expect(await contents()).toEqual(before);
  });
});

describe("somebody else's things", () => {
  const strangers = calls.filter(({ allowed, role }) => allowed && role !== "admin");
  test.each(strangers.filter(({ reachable }) => reachable !== true))(
    "$path refuses them to $role",
    async ({ path, role, input }) => {
      const before = await contents();
      expect(DENIALS).toContain(await failureOf(call(path, role, input(yours))));
      expect(await contents()).toEqual(before);
    },
  );
});

describe("whom a procedure is for", () => {
  test.each(calls.filter(({ allowed }) => allowed))("$path serves $role", async (each) => {
    const { path, role, input, reachable } = each;
    mine = await settle();
    yours = await settle();
    const own = role === "anonymous" ? { ...mine, owner: { guestId: mine.guestId } } : mine;
    expect(await failureOf(call(path, role, input(own)))).toBe("no failure");
    if (role !== "admin" && reachable !== true) return;
    expect(await failureOf(call(path, role, input(yours)))).toBe("no failure");
  });
});
