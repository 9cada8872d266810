import { expect, test } from "@jest/globals";
import { offsetOfNamed } from "./named-in-error.ts";

const missing = 'column "qty" does not exist in sale, item';

test.each([
  [missing, "select id, |qty from sale, item"],
  [missing, "select cast(|qty as integer) as qty from sale"],
  [missing, "select |\"Qty\", 'qty' /* qty */ from sale -- qty"],
  [missing, "select 'it''s qty', 'a\\'qty', item.qty, qty(id), |qty from sale"],
  ["column sale.qty does not exist", "select qty, |sale.qty from sale"],
  ["column sale.qty does not exist", 'select qty, |"sale" . qty from sale'],
  ['column "qty" of relation "sale" does not exist', "insert into sale (id, |qty) values (1, 2)"],
  ['column reference "qty" is ambiguous', "select |qty as qty from a join b on a.qty = b.qty"],
  ['column "sale.qty" must appear in the GROUP BY clause or be', "select |qty from sale"],
  ['relation "gold.sales" does not exist', "select id from |gold.sales as sales"],
  ['relation "sales" does not exist', "select sales.id from |sales"],
  ['type "money" does not exist', "select cast(id as |money) as price from sale"],
  ['schema "gold" does not exist', "create view |gold.sale as select 1 as id"],
  ["function total(integer) does not exist", "select total, |total (id) from sale"],
])("%s: the place is marked in %s", (message, marked) => {
  expect(offsetOfNamed(message, marked.replace("|", ""))).toBe(marked.indexOf("|"));
});

test.each([
  [missing, "select qty, qty + 1 from sale"],
  [missing, "select id as qty from sale"],
  [missing, "select id from sale -- qty"],
  ["division by zero", "select 1 / zero"],
  ["column sale.qty does not exist", "select qty from sale"],
])("%s: nobody can tell where in %s", (message, statement) => {
  expect(offsetOfNamed(message, statement)).toBeUndefined();
});
