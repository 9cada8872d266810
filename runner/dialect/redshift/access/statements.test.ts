import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "@jest/globals";
import { shopAccess, shopRelations } from "../../../access/testing/shop-access.ts";
import { wantedFacts } from "../../../access/wanted.ts";
import { accessChanges } from "../../../core/access-fact.ts";
import { redshiftDialect } from "../dialect.ts";
import { loadRedshiftGrammar } from "../grammar.ts";
import { accessStatements } from "./statements.ts";

/**
 * What a warehouse is sent that knows nothing yet, and what one is that knows all of it and shall know nothing more. After
 * an intended change:
 *
 *     RENEW_GOLDEN=1 npm test -- runner/dialect/redshift/access && git diff runner/dialect/redshift/access
 */
const renew = process.env.RENEW_GOLDEN === "1";
const facts = wantedFacts({ prefix: "shop_", access: shopAccess, relations: shopRelations });
const dialect = redshiftDialect({ iamRole: "default" });
const typeName = dialect.columnType.bind(dialect);
const given = accessStatements(accessChanges([], facts), typeName);
const taken = accessStatements(accessChanges(facts, []), typeName);

test.each([
  ["give", given],
  ["take-back", taken],
])("the statements that %s all rights are those that were reviewed", (name, statements) => {
  const file = path.join(import.meta.dirname, "golden", `${name}.sql`);
  const text = statements.map((statement) => `${statement};\n`).join("");
  if (renew) writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, "utf8"));
});

test("each of them is one that Redshift's grammar takes", async () => {
  const check = await loadRedshiftGrammar();
  const refused = [...given, ...taken].flatMap((sql) =>
    check(sql).map(({ message }) => `${message} ${sql}`),
  );
  expect(refused).toEqual([]);
});

test.each([
  "grant select on gold.customer to role shop_analyst",
  "create masking policy p with (value varchar(10)) using (select distinct on (a) b from t)",
  "create rls policy p with (a int) using (a is distinct from 1)",
  "attach masking policy p on gold.customer (email) to shop_analyst priority 1",
  "grant role a to",
  "drop role if exists a",
])("a statement that it may not take is found: %s", async (sql) => {
  const check = await loadRedshiftGrammar();
  expect(check(sql)).not.toEqual([]);
});
