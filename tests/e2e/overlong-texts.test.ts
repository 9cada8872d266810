import { describe, expect, test } from "@jest/globals";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Item } from "../../api/dynamodb/attributes.ts";
import { writeTransaction } from "../../api/dynamodb/transactions.ts";
import { openTestServices } from "../../local/testing.ts";
import { codesIn, linesOf } from "./testing/cli.ts";
import { ShopDatabases } from "./testing/databases.ts";
import { inspect } from "./testing/inspect.ts";
import { openForTests } from "./testing/open-for-tests.ts";
import type { TestProject } from "./testing/project.ts";
import { migrateShop, shopFirstDay } from "./testing/shop-days.ts";
import { testTargets } from "./testing/targets.ts";

let services: Awaited<ReturnType<typeof openTestServices>>;
let databases: ShopDatabases;

openForTests(async (hold) => {
  services = await hold(openTestServices());
  databases = await hold(ShopDatabases.create(services));
  await migrateShop(databases, services);
  await shopFirstDay(databases);
  await databases.putItems([longSale(longItemId, "note"), longSale(transactionId, "kind")]);
  await databases.postgres.query(
    `update customer set first_name = '${overlong}', updated_at = now() where id = 1`,
  );
});

const transactionId = "00000000-0000-4000-8000-000000000099";
const longItemId = "00000000-0000-4000-8000-000000000098";
const overlong = "x".repeat(70_000);

/** A sale with a text that is longer than a varchar may be: one that no column reads, or its kind. */
function longSale(transactionId: string, attribute: "note" | "kind"): Item {
  const line = { lineNumber: 1, itemId: 1, itemName: "Item 1", vendorId: 1, category: 1 };
  const price = { quantity: 1, unitPrice: "10.10", totalPrice: "10.10" };
  const createdAt = new Date(Date.now() - 86_400_000).toISOString();
  const sale = { transactionId, kind: "sale", refersTo: null, userId: 1, createdAt } as const;
  const item = writeTransaction({ ...sale, totalPrice: "10.10", lines: [{ ...line, ...price }] });
  return { ...item, [attribute]: { S: overlong } };
}

describe.each(testTargets)("on $name,", (target) => {
  let project: TestProject;

  openForTests(async (hold) => {
    const opened = await hold(target.open(services));
    project = await hold(opened.newProjectOfRepository(databases));
  });

  async function rows(query: string) {
    return linesOf((await project.ok("query", query, "--json")).stdout);
  }

  /** Lets rows go into quarantines. */
  function takeRejects(): void {
    for (const path of ["sources/oltp.yml", "sources/shop.yml"]) {
      const text = readFileSync(join(project.folder, path), "utf8");
      const tables = /^ {2}- name: (?:customer|transaction|transaction_line)\n/gm;
      project.write({ [path]: text.replace(tables, "$&    rejects: 100%\n") });
    }
  }

  test("a text that is longer than its column rejects its row with the reason, and stops no other from being published", async () => {
    if (target.engine === "redshift") {
      const refused = await project.run(["build"]);
      expect(refused.code).toBe(1);
      expect(new Set(codesIn(refused))).toEqual(new Set(["EXTRACT_FAILED"]));
      expect(refused.stderr).toContain(
        "does not fit varchar, of at most 65535 bytes in this warehouse (row id 1).",
      );
      takeRejects();
    }
    await project.ok("build");
    expect(await rows("select count(*) as n from gold.sales")).toEqual([{ n: 4 }]);
    expect((await inspect(project)).problems).toEqual([]);
    if (target.engine === "redshift") {
      for (const [relation, key, column] of [
        ["customer", "id 1", "first_name"],
        ["transaction", `transaction_id ${transactionId}`, "kind"],
        ["transaction_line", `transaction_id ${transactionId}, line_number 1`, "kind"],
      ] as const) {
        const found = await rows(
          `select row_key, column_name, reason, value, source_row from raw.${relation}__rejected`,
        );
        const value = overlong.slice(0, 200);
        const expected = { row_key: key, column_name: column, reason: "too_long", value };
        expect(found).toEqual([{ ...expected, source_row: expect.stringContaining(value) }]);
      }
      return;
    }
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
  });
});
