import { expect, test } from "@jest/globals";
import { customerSource, lineageOfTexts, linesOf } from "./testing/text-lineage.ts";

const shop = `source: shop
connector: dynamodb
connection: shop
dynamodb_table: shop
tables:
  - name: line
    description: Lines.
    sort_key_prefix: CART
    explode: cart
    key: [cart_id, line_number]
    extract: full
    columns:
      - { name: cart_id, type: varchar, from: item.pk, nullable: false, description: C. }
      - { name: line_number, type: integer, from: position, nullable: false, description: N. }
      - { name: qty, type: integer, description: Q. }
  - name: cart
    description: Carts.
    sort_key_prefix: CART
    key: [id]
    extract: full
    columns:
      - { name: id, type: varchar, from: pk, nullable: false, description: C. }
      - { name: city, type: varchar, from: address.city, description: C. }
`;

const oltp = customerSource(
  "name: email, type: text, description: E.",
  "name: updated_at, type: timestamp, description: U.",
);

function model(columns: string, rest = "materialized: table\n"): string {
  const listed = columns
    .split(" ")
    .map((column) => `  - { name: ${column}, type: varchar, description: C. }\n`);
  return `description: D.\ngrain: G.\n${rest}columns:\n${listed.join("")}`;
}

test("a column is followed into its source, paths into items and lists included, and what extraction adds is told apart", async () => {
  const { lineage } = await lineageOfTexts({ "sources/shop.yml": shop });
  expect(linesOf(lineage, "raw.line")).toEqual([
    "cart_id <- source:shop.line.pk",
    "line_number <- source:shop.line.cart[] position",
    "qty <- source:shop.line.cart[].qty",
    "technical _extracted_at <- nothing",
  ]);
  expect(linesOf(lineage, "raw.cart")).toEqual([
    "id <- source:shop.cart.pk",
    "city <- source:shop.cart.address.city",
    "technical _extracted_at <- nothing",
    "technical _item <- transformation of source:shop.cart.address.city, transformation of source:shop.cart.pk",
  ]);
});

test("an ephemeral model is a relation of its own between what it reads and its readers", async () => {
  const { lineage } = await lineageOfTexts({
    "sources/oltp.yml": oltp,
    "models/work/person.sql": `select id as person, lower(email) as mail from {{source "oltp.customer"}}`,
    "models/work/person.yml": model("person mail", "materialized: ephemeral\n"),
    "models/gold/contact.sql": `select mail from {{ref "work.person"}}`,
    "models/gold/contact.yml": model("mail"),
  });
  expect(linesOf(lineage, "work.person")).toEqual([
    "person <- raw.customer.id",
    "mail <- transformation of raw.customer.email",
  ]);
  expect(linesOf(lineage, "gold.contact")).toEqual(["mail <- work.person.mail"]);
});

test("an incremental model has what either of its branches reads, and not itself as its own copy", async () => {
  const { lineage } = await lineageOfTexts({
    "sources/oltp.yml": oltp,
    "models/gold/person.sql": `select id, {{#incremental}}case when id in (select id from {{this}}) then updated_at end{{else}}email{{/incremental}} as told, email as updated from {{source "oltp.customer"}}
{{#incremental}}union all select id, told, updated from {{this}} where updated > {{since}}{{/incremental}}`,
    "models/gold/person.yml": model(
      "id told updated",
      "materialized: incremental\nstrategy: merge\nkey: [id]\ncursor: updated\n",
    ),
  });
  expect(linesOf(lineage, "gold.person")).toEqual([
    "id <- gold.person.id, raw.customer.id",
    "told <- condition of gold.person.id, condition of raw.customer.id, gold.person.told, raw.customer.email, transformation of raw.customer.updated_at",
    "updated <- gold.person.updated, raw.customer.email",
  ]);
});

test("a snapshot adds columns that are made of its key and its cursor", async () => {
  const { lineage } = await lineageOfTexts({
    "sources/oltp.yml": oltp,
    "models/gold/person.sql": `select id, email, updated_at from {{source "oltp.customer"}}`,
    "models/gold/person.yml": model(
      "id email updated_at",
      "materialized: snapshot\nstrategy: timestamp\nkey: [id]\ncursor: updated_at\n",
    ).replace("updated_at, type: varchar", "updated_at, type: timestamp"),
  });
  expect(linesOf(lineage, "gold.person").slice(3)).toEqual([
    "technical snapshot_id <- transformation of raw.customer.id, transformation of raw.customer.updated_at",
    "technical valid_from <- transformation of raw.customer.updated_at",
    "technical valid_to <- transformation of raw.customer.updated_at",
  ]);
});

test("a model in SQL that nobody can follow has every column of every input in each of its columns, and says why", async () => {
  const { lineage } = await lineageOfTexts({
    "sources/oltp.yml": oltp,
    "models/gold/person.sql": `select columns('i.*') from {{source "oltp.customer"}}`,
    "models/gold/person.yml": model("id"),
    "models/gold/bad.sql": `from {{ref "gold.person"}} select id`,
    "models/gold/bad.yml": model("id"),
  });
  expect(linesOf(lineage, "gold.person")).toEqual([
    "id <- transformation of raw.customer._extracted_at, transformation of raw.customer.email, transformation of raw.customer.id, transformation of raw.customer.updated_at",
  ]);
  expect(lineage.relations.get("gold.person")?.inexact).toMatch(/which columns columns\(\) reads/);
  expect(linesOf(lineage, "gold.bad")).toEqual(["id <- transformation of gold.person.id"]);
});

test("a column tells where its expression stands, through every star between", async () => {
  const { lineage } = await lineageOfTexts({
    "sources/oltp.yml": oltp,
    "models/gold/p.sql": `with final as (\n  select id, lower(email) as mail from {{source "oltp.customer"}}\n)\nselect * from final`,
    "models/gold/p.yml": model("id mail"),
  });
  const found = lineage.relations.get("gold.p");
  const offset = found?.columns.get("mail")?.offset;
  expect(found?.sql?.slice(offset)).toMatch(/^lower\(email\) as mail/);
});
