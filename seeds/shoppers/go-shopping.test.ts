import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { ScanCommand } from "@aws-sdk/client-dynamodb";
import { createTRPCClient, httpBatchLink } from "@trpc/client";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { createShopClient, type ShopClient } from "../../api/client.ts";
import { readText, type Item } from "../../api/dynamodb/attributes.ts";
import { sweep } from "../../api/checkout/sweep.ts";
import { abortCheckout } from "../../api/dynamodb/checkout.ts";
import { openTable } from "../../api/dynamodb/table.ts";
import { migrate } from "../../api/migrate.ts";
import { openPool, sql } from "../../api/postgres/pool.ts";
import type { AppRouter } from "../../api/router.ts";
import { startApi, type Api } from "../../api/server.ts";
import { transactionIdFor } from "../../api/values/identity.ts";
import { openTestServices } from "../../local/testing.ts";
import type { KillableDay } from "./killable-day.ts";
import { planVendors } from "./people.ts";
import { createSettableClock, goShopping, type ShoppingOptions } from "./index.ts";

type Day = KillableDay["shopping"];

let services: Awaited<ReturnType<typeof openTestServices>>;
const open: Api[] = [];
beforeAll(async () => {
  services = await openTestServices();
});
afterEach(async () => {
  for (const api of open.splice(0)) await api.close();
});
afterAll(() => services.close());

/** An empty shop in databases of its own, whose clock the shoppers set. */
async function openShop(name: string) {
  const admin = openPool(services);
  await admin.query(sql`create database ${sql.ident(name)}`);
  await admin.dispose();
  const url = new URL(services.postgresUrl);
  url.pathname = `/${name}`;
  const databases = { postgresUrl: url.href, dynamodb: services.dynamodb, tableName: name };
  await migrate(databases);
  const clock = createSettableClock();
  const api = await startApi({ ...databases, clock: clock.now });
  open.push(api);
  const shop = (day: Day, client: ShopClient = createShopClient(api)) =>
    goShopping({ ...day, client, clock });
  /** What becomes of a checkout that died and was not carried on in time. */
  const giveUp = async (userId: number, idempotencyKey: string) => {
    const table = openTable(databases.dynamodb, databases.tableName);
    const transactionId = transactionIdFor(userId, idempotencyKey);
    const createdAt = "2026-05-02T00:00:00.000000Z";
    const key = { transactionId, userId, createdAt };
    expect(await abortCheckout(table, key, idempotencyKey)).toBe("aborted");
    table.client.destroy();
  };
  return { url: api.url, databases, shop, giveUp, state: () => readState(databases) };
}

/** Closes the books on what has happened, as the service does after a while. */
async function sweepUp(databases: KillableDay["api"]): Promise<void> {
  const pool = openPool(databases);
  const table = openTable(databases.dynamodb, databases.tableName);
  const clock = () => new Date();
  await sweep({ pool, table, clock, reachKillPoint: () => undefined }, { age: 0 });
  await pool.dispose();
  table.client.destroy();
}

const keyOf = (item: Item) => `${readText(item, "pk")} ${readText(item, "sk")}`;

/** All that the shop holds, without the times that the databases set by themselves, and random ids. */
async function readState(databases: KillableDay["api"]) {
  const pool = openPool(databases);
  const rows = async (query: string) => {
    const found: unknown[] = await pool.query(sql.__dangerous__rawValue(query));
    return found;
  };
  const table = openTable(databases.dynamodb, databases.tableName);
  try {
    const scan = await table.client.send(new ScanCommand({ TableName: table.name }));
    return {
      customers: await rows(
        "select id, first_name, last_name, email, joined_at::text from customer order by id",
      ),
      vendors: await rows(
        "select id, vendor_name, region, joined_at::text from vendor order by id",
      ),
      items: await rows(
        "select id, item_name, category, price, stock, vendor_id from inventory order by id",
      ),
      reservations: await rows(
        `select reservation_id, customer_id, idempotency_key, state, cart_version, total_price,
           checked_out_at::text from stock_reservation order by reservation_id`,
      ),
      stored: (scan.Items ?? [])
        .map((item): Item => ({ ...item, change_ids: { L: [] } }))
        .toSorted((left, right) => keyOf(left).localeCompare(keyOf(right))),
    };
  } finally {
    await pool.dispose();
    table.client.destroy();
  }
}

/** What was bought, what is left of it, and the carts, without the ids and versions that follow from the keys. */
function sold({ items, stored }: Awaited<ReturnType<typeof readState>>) {
  const kept = stored.flatMap((item) => {
    const isCart = item.entity?.S === "cart";
    if (!isCart && item.entity?.S !== "transaction") return [];
    const name = isCart ? readText(item, "pk") : readText(item, "sk");
    return [[name, { lines: item.cart, total: item.total_price }] as const];
  });
  return { items, kept: Object.fromEntries(kept) };
}

const firstDay: Day = {
  seed: 42,
  customers: 2,
  vendors: 1,
  itemsPerVendor: 3,
  day: "2026-05-01",
  dayNumber: 1,
};
const secondDay: Day = { ...firstDay, day: "2026-05-02", dayNumber: 2 };

describe("a day of shopping", () => {
  test("leaves what it says: every purchase in the table, its units gone, one cart a customer", async () => {
    const { shop, state } = await openShop("says");
    const summary = await shop(firstDay);
    expect(summary).toMatchObject({
      customers: 2,
      vendors: 1,
      items: 3,
      transactions: 4,
      lines: 8,
    });
    const { items, stored, customers, vendors } = await state();
    const stock = items as { stock: number }[];
    expect(stock.reduce((sum, item) => sum + 10_000_000 - item.stock, 0)).toBe(summary.units);
    const entities = stored.map((item) => item.entity?.S);
    expect(entities.filter((entity) => entity === "transaction")).toHaveLength(4);
    expect(entities.filter((entity) => entity === "cart")).toHaveLength(2);
    expect([customers.length, vendors.length, items.length]).toEqual([2, 1, 3]);
    const cents = stored
      .filter((item) => item.entity?.S === "transaction")
      .map((item) => BigInt(Math.round(Number(item.total_price?.N) * 100)));
    const total = cents.reduce((sum, amount) => sum + amount, 0n).toString();
    expect(`${total.slice(0, -2)}.${total.slice(-2)}`).toBe(summary.totalPrice);
  });

  test("shopped again, also after the next day, changes nothing and gives the same sums", async () => {
    const { shop, state } = await openShop("twice");
    const first = await shop(firstDay);
    const afterFirst = await state();
    expect(await shop(firstDay)).toEqual(first);
    expect(await state()).toEqual(afterFirst);
    const second = await shop(secondDay);
    const afterSecond = await state();
    expect(afterSecond.customers).toEqual(afterFirst.customers);
    expect(second.totalPrice).not.toBe(first.totalPrice);
    expect(await shop(firstDay)).toEqual(first);
    expect(await shop(secondDay)).toEqual(second);
    expect(await state()).toEqual(afterSecond);
  });

  test("with more customers and vendors than the day before keeps those who were there", async () => {
    const { shop, state } = await openShop("grown");
    await shop(firstDay);
    const before = await state();
    await shop({ ...secondDay, customers: 3, vendors: 2 });
    const after = await state();
    expect(after.customers.slice(0, 2)).toEqual(before.customers);
    expect(after.vendors.slice(0, 1)).toEqual(before.vendors);
    expect([after.customers.length, after.vendors.length, after.items.length]).toEqual([3, 2, 6]);
  });

  test("finds its items again behind hundreds that the vendor lists besides", async () => {
    const { shop, state, databases, url } = await openShop("large");
    const [vendor] = planVendors(firstDay.seed, 1);
    const { id } = await createShopClient({ url }).vendor.create.mutate(vendor!);
    const pool = openPool(databases);
    await pool.query(
      sql`insert into inventory (item_name, category, price, stock, vendor_id)
          select 'other ' || number, 1, 1, 0, ${id} from generate_series(1, 450) as number`,
    );
    await pool.dispose();
    await shop(firstDay);
    await shop(firstDay);
    expect((await state()).items).toHaveLength(450 + 3);
  });

  test.each<Partial<ShoppingOptions>>([
    { customers: 0 },
    { vendors: 1.5 },
    { itemsPerVendor: NaN },
    { seed: -1 },
    { day: "2026-02-30" },
    { day: "today" },
  ])("is not begun with %j", async (wrong) => {
    const clock = createSettableClock();
    const client = createShopClient({ url: "http://127.0.0.1:1" });
    await expect(goShopping({ ...firstDay, ...wrong, client, clock })).rejects.toThrow(/must be/);
  });
});

describe("a day that was cut off ends in the state of one that was not", () => {
  let undisturbed: Awaited<ReturnType<typeof readState>>;
  beforeAll(async () => {
    const { shop, state } = await openShop("undisturbed");
    await shop(firstDay);
    await shop(secondDay);
    undisturbed = await state();
  });

  /** A client whose process ends at request `last`: before it is sent, or before its answer is read. */
  function mortalClient(url: string, last: number, sent: boolean): ShopClient {
    let requests = 0;
    return createTRPCClient<AppRouter>({
      links: [
        httpBatchLink({
          url: `${url}/trpc`,
          async fetch(input, init) {
            requests += 1;
            if (requests < last) return fetch(input as string, init);
            if (sent && requests === last) await fetch(input as string, init);
            throw new Error("the process ended here");
          },
        }),
      ],
    });
  }

  test("when the shoppers die at every one of their requests in turn", async () => {
    const { shop, state, url } = await openShop("mortal");
    let deaths = 0;
    for (const day of [firstDay, secondDay]) {
      for (let last = 1; ; last += 1) {
        const died = await shop(day, mortalClient(url, last, last % 2 === 0)).then(
          () => false,
          () => true,
        );
        if (!died) break;
        deaths += 1;
        // A day that is over stays so, whatever of the next one has happened.
        if (day === secondDay) await shop(firstDay);
      }
    }
    expect(deaths).toBeGreaterThan(15);
    expect(await state()).toEqual(undisturbed);
  });

  test("when checkouts were given up meanwhile, and their keys with them", async () => {
    const { shop, state, giveUp } = await openShop("given_up");
    await shop(firstDay);
    const { customers } = (await state()) as { customers: { id: number }[] };
    for (const key of ["1-1", "1-1-2", "1-2", "2-2"]) {
      const { id } = customers[Number(key[0]) - 1]!;
      await giveUp(id, `shopper-42-2026-05-02-${key}`);
    }
    const second = await shop(secondDay);
    const ended = await state();
    expect(sold(ended)).toEqual(sold(undisturbed));
    expect(await shop(secondDay)).toEqual(second);
    expect(await state()).toEqual(ended);
  });

  test("unless every key was given up, which ends it with the shop's own words", async () => {
    const { shop, state, giveUp } = await openShop("all_given_up");
    await shop(firstDay);
    const { customers } = (await state()) as { customers: { id: number }[] };
    for (const end of ["", "-2", "-3", "-4", "-5"]) {
      await giveUp(customers[0]!.id, `shopper-42-2026-05-02-1-1${end}`);
    }
    await expect(shop(secondDay)).rejects.toThrow("was given up");
  });

  test("when shoppers and service are killed in the middle of checkouts", async () => {
    const { databases, shop, state } = await openShop("killed");
    const program = fileURLToPath(new URL("./killable-day.ts", import.meta.url));
    const kills = [
      [firstDay, "after-reserve:2"],
      [secondDay, "after-transact:3"],
    ] as const;
    for (const [shopping, point] of kills) {
      if (shopping === secondDay) await shop(firstDay);
      const day: KillableDay = { api: databases, shopping };
      const child = spawn(process.execPath, ["--import", "tsx", program, JSON.stringify(day)], {
        env: { PATH: process.env.PATH, MERCADO_API_KILL_POINT: point },
        stdio: "ignore",
      });
      expect(await once(child, "exit")).toEqual([null, "SIGKILL"]);
    }
    await shop(secondDay);
    await sweepUp(databases);
    expect(await state()).toEqual(undisturbed);
  });
});
