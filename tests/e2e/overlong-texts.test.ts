import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Item } from "../../api/dynamodb/attributes.ts";
import { writeTransaction } from "../../api/dynamodb/transactions.ts";
import type { Services } from "../../local/services.ts";
import { openTestServices } from "../../local/testing.ts";
import { linesOf } from "./testing/cli.ts";
import { ShopDatabases } from "./testing/databases.ts";
import { TestProject } from "./testing/project.ts";
import { migrateShop, shopFirstDay } from "./testing/shop-days.ts";

let services: Services;
let databases: ShopDatabases;
let project: TestProject;

beforeAll(async () => {
  services = await openTestServices();
  databases = await ShopDatabases.create(services);
  await migrateShop(databases, services);
  project = TestProject.ofRepository(databases);
});

afterAll(async () => {
  project.close();
  await databases.close();
  await services.close();
});

const transactionId = "00000000-0000-4000-8000-000000000099";
const overlong = "x".repeat(70_000);

/** A sale as the shop does not write it: its kind is longer than any that there is, and than a varchar may be. */
function foreignSale(): Item {
  const line = { lineNumber: 1, itemId: 1, itemName: "Item 1", vendorId: 1, category: 1 };
  const price = { quantity: 1, unitPrice: "10.10", totalPrice: "10.10" };
  const createdAt = new Date(Date.now() - 86_400_000).toISOString();
  const sale = { transactionId, kind: "sale", refersTo: null, userId: 1, createdAt } as const;
  const item = writeTransaction({ ...sale, totalPrice: "10.10", lines: [{ ...line, ...price }] });
  return { ...item, kind: { S: overlong } };
}

async function rows(query: string) {
  return linesOf((await project.ok("query", query, "--json")).stdout);
}

test("a text that is longer than its column rejects its row with the reason, and stops no other from being published", async () => {
  await shopFirstDay(databases);
  await databases.putItems([foreignSale()]);
  await databases.postgres.query(
    `update customer set first_name = '${overlong}', updated_at = now() where id = 1`,
  );
  await project.ok("build");
  expect(await rows("select count(*) as n from gold.sales")).toEqual([{ n: 3 }]);
  expect(
    await rows("select relation, row_key, reason from cleaned.rejected_row order by relation"),
  ).toEqual([
    { relation: "cleaned.customer", row_key: "1", reason: "first_name is longer than 50 bytes" },
    { relation: "cleaned.transaction", row_key: transactionId, reason: "kind is not known" },
    {
      relation: "cleaned.transaction_line",
      row_key: `${transactionId}/1`,
      reason: "kind is not known",
    },
  ]);
}, 120_000);
