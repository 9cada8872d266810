import { Faker, en } from "@faker-js/faker";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import pg from "pg";
import { createShopClient } from "../../api/client.ts";
import type { Transaction } from "../../api/values/cart.ts";
import { openTestServices } from "../../local/testing.ts";
import { planCustomers, planItems, planVendors } from "../../seeds/shoppers/people.ts";
import { linesOf } from "./testing/cli.ts";
import { openMortalShop, type Death, type Fault } from "./testing/mortal-shop.ts";
import type { TestProject } from "./testing/project.ts";
import { shopStubbornly, type Diary } from "./testing/stubborn-shopper.ts";
import { testTargets } from "./testing/targets.ts";
import type { OpenedTarget } from "./testing/targets.ts";

const seed = Number(process.env.MERCADO_TEST_SEED ?? 20_261_123);
const shoppers = 10;
const plentiful = 1_000_000;
/** Of some items there is so little that shoppers fight for it. */
const scarce = 30;

let services: Awaited<ReturnType<typeof openTestServices>>;
let opened: readonly OpenedTarget[];
/** One for each kind of target, which all read the same shop. */
let projects: readonly TestProject[];
let postgres: pg.Client;
let environment: Record<string, string>;

beforeAll(async () => {
  services = await openTestServices();
  const { postgresUrl, dynamodb } = services;
  environment = {
    MERCADO_POSTGRES_URL: postgresUrl,
    MERCADO_DYNAMODB_ENDPOINT: dynamodb.endpoint ?? "",
    AWS_REGION: dynamodb.region,
    AWS_ACCESS_KEY_ID: dynamodb.accessKeyId ?? "",
    AWS_SECRET_ACCESS_KEY: dynamodb.secretAccessKey ?? "",
  };
  opened = await Promise.all(testTargets.map((target) => target.open(services)));
  projects = await Promise.all(
    opened.map((target) => target.newProjectOfRepository({ environment: { ...environment } })),
  );
  environment.MERCADO_HOME = projects[0]!.home;
  postgres = new pg.Client({ connectionString: postgresUrl });
  await postgres.connect();
}, 60_000);

afterAll(async () => {
  await postgres.end();
  for (const project of projects) project.close();
  for (const target of opened) await target.close();
  await services.close();
});

interface Population {
  userIds: number[];
  itemIds: number[];
}

async function settle(url: string): Promise<Population> {
  const client = createShopClient({ url });
  const userIds: number[] = [];
  const itemIds: number[] = [];
  for (const plan of planCustomers(seed, shoppers)) {
    userIds.push((await client.customer.create.mutate(plan)).id);
  }
  for (const [index, plan] of planVendors(seed, 2).entries()) {
    const { id: vendorId } = await client.vendor.create.mutate(plan);
    for (const [number, item] of planItems(seed, index, 6).entries()) {
      const stock = number === 0 ? scarce : plentiful;
      const listed = { ...item, vendorId, stock };
      itemIds.push((await client.inventory.create.mutate(listed)).id);
    }
  }
  return { userIds, itemIds };
}

/** A round of shopping while the service's processes die; what everybody knows of it in the end. */
async function shopAndDie(
  round: number,
  deaths: readonly (readonly Death[])[],
  population: (url: string) => Promise<Population>,
) {
  const random = new Faker({ locale: en, seed: seed + round });
  const faults: readonly Fault[] = ["lose-request", "lose-response", "lose-response"];
  const weather = { isRough: false };
  const decide = (): Fault =>
    weather.isRough && random.datatype.boolean({ probability: 0.2 })
      ? random.helpers.arrayElement(faults)
      : "none";
  const shop = await openMortalShop({ environment, deaths, decide });
  // Who repeats what is the shoppers' affair here.
  const client = createShopClient({ url: shop.url, retries: 0 });
  const { userIds, itemIds } = await population(shop.url);
  weather.isRough = true;
  const diaries = await Promise.all(
    userIds.map((userId, index) =>
      shopStubbornly({
        ...{ client, userId, itemIds, round, purchases: 5, isOver: () => shop.isOver() },
        random: new Faker({ locale: en, seed: [seed, round, index] as unknown as number }),
      }),
    ),
  );
  await shop.calm();
  const unheard = diaries.flatMap((diary) => diary.unheard);
  const found = await Promise.all(unheard.map((key) => client.checkout.get.query(key)));
  const ended = await shop.close();
  return { diaries, unheard, found, ended, died: shop.died, lostResponses: shop.lostResponses };
}

function acknowledgedBy(diaries: readonly Diary[]): Transaction[] {
  return diaries.flatMap((diary) => diary.acknowledged);
}

/** The lines of transactions as gold.sales should have them. */
function linesAsSold(transactions: readonly Transaction[]) {
  return transactions.flatMap(({ transactionId, kind, refersTo, userId, createdAt, lines }) =>
    lines.map((line) => ({
      transaction_id: transactionId,
      line_number: line.lineNumber,
      kind,
      refers_to_transaction_id: refersTo,
      refers_to_line_number: line.refersToLine ?? null,
      item_id: line.itemId,
      customer_id: userId,
      vendor_id: line.vendorId,
      category_id: line.category,
      date_id: Number(createdAt.slice(0, 10).replaceAll("-", "")),
      unit_price: line.unitPrice,
      qty: line.quantity,
      total_price: line.totalPrice,
    })),
  );
}

async function linesInGold(project: TestProject) {
  const columns = Object.keys(linesAsSold([example])[0]!).join(", ");
  const { stdout } = await project.ok("query", `select ${columns} from gold.sales`, "--json");
  return linesOf(stdout);
}

const example: Transaction = {
  ...{ transactionId: "", kind: "sale", refersTo: null, userId: 0, createdAt: "", totalPrice: "" },
  lines: [
    {
      ...{ lineNumber: 1, itemId: 0, itemName: "", vendorId: 0, category: 0, quantity: 0 },
      ...{ unitPrice: "", totalPrice: "" },
    },
  ],
};

const inOrder = (lines: readonly object[]) => lines.map((line) => JSON.stringify(line)).sort();

/** Units that are neither in the shop, nor in gold.sales, nor held by a checkout that nobody carried on: none. */
async function missingUnits(sold: readonly ReturnType<typeof linesAsSold>[number][]) {
  const { rows: items } = await postgres.query<{ id: number; stock: number; held: number }>(
    `select id, stock, coalesce((select sum(quantity)::integer from stock_reservation_line
       join stock_reservation using (reservation_id)
       where item_id = inventory.id and state = 'reserved'
         and reservation_id::text <> all ($1)), 0) as held
     from inventory order by id`,
    [sold.map((line) => line.transaction_id)],
  );
  return items.map(({ id, stock, held }, index) => {
    const listed = index % 6 === 0 ? scarce : plentiful;
    const gone = sold.filter((line) => line.item_id === id).reduce((sum, { qty }) => sum + qty, 0);
    return listed - stock - held - gone;
  });
}

test("every acknowledged checkout and refund is in gold.sales exactly once, whatever dies or gets lost on the way", async () => {
  const first = await shopAndDie(
    1,
    [
      [
        { at: "after-reserve:3" },
        { at: "after-refund-put:1" },
        { signal: "SIGKILL", afterMilliseconds: 700 },
      ],
      [{ at: "after-transact:4" }, { signal: "SIGTERM", afterMilliseconds: 400 }],
    ],
    settle,
  );
  await Promise.all(projects.map((project) => project.ok("build")));
  const firstSold = [
    ...acknowledgedBy(first.diaries),
    ...first.found.filter((one) => one !== null),
  ];
  for (const project of projects) {
    expect(inOrder(await linesInGold(project))).toEqual(inOrder(linesAsSold(firstSold)));
  }

  const userIds = [...new Set(firstSold.map(({ userId }) => userId))];
  const { rows } = await postgres.query<{ id: number }>("select id from inventory order by id");
  const itemIds = rows.map(({ id }) => id);
  const second = shopAndDie(
    2,
    [
      [{ at: "before-confirm:3" }, { signal: "SIGKILL", afterMilliseconds: 300 }],
      [
        { at: "after-confirm:4" },
        { at: "after-refund-record:1" },
        { signal: "SIGKILL", afterMilliseconds: 900 },
      ],
    ],
    () => Promise.resolve({ userIds, itemIds }),
  );
  // One build sees half of the second round, the next one the rest.
  const [after] = await Promise.all([second, ...projects.map((project) => project.ok("build"))]);
  const sold = [
    ...firstSold,
    ...acknowledgedBy(after.diaries),
    ...after.found.filter((one) => one !== null),
  ];
  const lines = linesAsSold(sold);
  for (const project of projects) {
    const { stderr } = await project.ok("build");
    expect(stderr).toMatch(/gold\.sales +\d+ new rows/);
    expect(inOrder(await linesInGold(project))).toEqual(inOrder(lines));
  }
  expect(await missingUnits(lines)).toEqual(Array(itemIds.length).fill(0));

  // That it was as rough as it should be.
  expect([...first.died, ...after.died].sort()).toEqual([0, ...Array<string>(9).fill("SIGKILL")]);
  expect([...first.ended, ...after.ended]).toEqual([0, 0, 0, 0]);
  expect(first.lostResponses + after.lostResponses).toBeGreaterThan(5);
  expect(first.unheard.length + after.unheard.length).toBeGreaterThan(3);
  expect(lines.filter(({ kind }) => kind === "refund").length).toBeGreaterThan(5);
  const refused = [...first.diaries, ...after.diaries].flatMap((diary) => diary.refused);
  expect(refused).toContain("STOCK_INSUFFICIENT");
}, 400_000);
