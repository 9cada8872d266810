import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { good, goodRefund, smallShop } from "../testing/shop-rows.ts";
import type { ShopTable } from "../testing/shop-rows.ts";
import { Warehouse } from "../testing/warehouse.ts";
import type { RawRow } from "../testing/warehouse.ts";

const firstDay = "2026-01-02T00:00:00Z";
const secondDay = "2026-01-03T00:00:00Z";
let warehouse: Warehouse;

beforeEach(async () => {
  warehouse = await Warehouse.open();
});
afterEach(() => warehouse.close());

const tooLong = (bytes: number) => `é${"x".repeat(bytes - 1)}`;

/** A key for each of several rows of a table. */
function ownKey(table: ShopTable, index: number): RawRow {
  switch (table) {
    case "customer":
    case "vendor":
    case "inventory":
      return { id: 100 + index };
    case "transaction":
    case "transaction_line":
      return { transaction_id: `t${100 + index}` };
    case "cart":
    case "cart_line":
      return { cart_id: `USER#${100 + index}` };
  }
}

/** What a refund has otherwise than a sale. */
const refund = { kind: "refund", refers_to: "t1", total_price: "-2.50" };
const refundLine = { ...refund, refers_to_line: 1, qty: -1 };

const broken: readonly (readonly [ShopTable, RawRow, string])[] = [
  ["customer", { id: null }, "id is missing"],
  ["customer", { id: -1 }, "id is below 1"],
  ["customer", { first_name: " \t" }, "first_name is empty"],
  ["customer", { first_name: tooLong(50) }, "first_name is longer than 50 bytes"],
  ["customer", { last_name: "" }, "last_name is empty"],
  ["customer", { last_name: tooLong(50) }, "last_name is longer than 50 bytes"],
  ["customer", { email: "" }, "email is empty"],
  ["customer", { email: "ann.example.com" }, "email is no address"],
  ["customer", { email: `a@${tooLong(98)}` }, "email is longer than 100 bytes"],
  ["customer", { joined_at: null }, "joined_at is missing"],
  ["vendor", { id: null }, "id is missing"],
  ["vendor", { id: 0 }, "id is below 1"],
  ["vendor", { vendor_name: " " }, "vendor_name is empty"],
  ["vendor", { vendor_name: tooLong(100) }, "vendor_name is longer than 100 bytes"],
  ["vendor", { region: "" }, "region is empty"],
  ["vendor", { region: tooLong(100) }, "region is longer than 100 bytes"],
  ["vendor", { joined_at: null }, "joined_at is missing"],
  ["inventory", { id: null }, "id is missing"],
  ["inventory", { id: 0 }, "id is below 1"],
  ["inventory", { item_name: "" }, "item_name is empty"],
  ["inventory", { item_name: tooLong(100) }, "item_name is longer than 100 bytes"],
  ["inventory", { price: null }, "price is missing"],
  ["inventory", { price: "0.00" }, "price is not positive"],
  ["inventory", { stock: null }, "stock is missing"],
  ["inventory", { stock: -1 }, "stock is negative"],
  ["inventory", { updated_at: null }, "updated_at is missing"],
  ["transaction", { transaction_id: null }, "transaction_id is missing"],
  ["transaction", { transaction_id: tooLong(36) }, "transaction_id is longer than 36 bytes"],
  ["transaction", { created_at: null }, "created_at is missing"],
  ["transaction", { total_price: null }, "total_price is missing"],
  ["transaction", { total_price: "-7.50" }, "total_price is not positive"],
  ["transaction", { total_price: "0.00" }, "total_price is not positive"],
  ["transaction", { kind: "gift" }, "kind is not known"],
  ["transaction", { kind: tooLong(10) }, "kind is not known"],
  ["transaction", { refers_to: "t9" }, "refers_to is given for a sale"],
  ["transaction", { ...refund, refers_to: null }, "refers_to is missing"],
  ["transaction", { ...refund, refers_to: tooLong(36) }, "refers_to is longer than 36 bytes"],
  ["transaction", { ...refund, total_price: "2.50" }, "total_price is not negative"],
  ["transaction_line", { transaction_id: "" }, "transaction_id is missing"],
  ["transaction_line", { transaction_id: tooLong(36) }, "transaction_id is longer than 36 bytes"],
  ["transaction_line", { line_number: null }, "line_number is missing"],
  ["transaction_line", { line_number: 0 }, "line_number is below 1"],
  ["transaction_line", { created_at: null }, "created_at is missing"],
  ["transaction_line", { item_name: tooLong(400) }, "item_name is longer than 400 bytes"],
  ["transaction_line", { unit_price: null }, "unit_price is missing"],
  ["transaction_line", { unit_price: "0.00" }, "unit_price is not positive"],
  ["transaction_line", { qty: null }, "qty is missing"],
  ["transaction_line", { qty: 0 }, "qty is not positive"],
  ["transaction_line", { qty: -3, total_price: "-7.50" }, "qty is not positive"],
  ["transaction_line", { kind: "gift" }, "kind is not known"],
  ["transaction_line", { kind: tooLong(10) }, "kind is not known"],
  ["transaction_line", { refers_to: "t9" }, "refers_to is given for a sale"],
  ["transaction_line", { refers_to_line: 1 }, "refers_to_line is given for a sale"],
  ["transaction_line", { ...refundLine, refers_to: "" }, "refers_to is missing"],
  [
    "transaction_line",
    { ...refundLine, refers_to: tooLong(36) },
    "refers_to is longer than 36 bytes",
  ],
  ["transaction_line", { ...refundLine, refers_to_line: null }, "refers_to_line is missing"],
  ["transaction_line", { ...refundLine, refers_to_line: 0 }, "refers_to_line is below 1"],
  ["transaction_line", { ...refundLine, qty: 1, total_price: "2.50" }, "qty is not negative"],
  ["transaction_line", { ...refundLine, qty: 0, total_price: "0.00" }, "qty is not negative"],
  [
    "transaction_line",
    { ...refundLine, total_price: "2.50" },
    "total_price is not qty times unit_price",
  ],
  ["transaction_line", { total_price: null }, "total_price is missing"],
  ["transaction_line", { total_price: "7.51" }, "total_price is not qty times unit_price"],
  ["cart", { cart_id: null }, "cart_id is missing"],
  ["cart", { cart_id: tooLong(100) }, "cart_id is longer than 100 bytes"],
  ["cart", { cart_id: tooLong(2_000) }, "cart_id is longer than 100 bytes"],
  ["cart", { updated_at: null }, "updated_at is missing"],
  ["cart_line", { cart_id: null }, "cart_id is missing"],
  ["cart_line", { cart_id: tooLong(100) }, "cart_id is longer than 100 bytes"],
  ["cart_line", { line_number: null }, "line_number is missing"],
  ["cart_line", { line_number: 0 }, "line_number is below 1"],
  ["cart_line", { updated_at: null }, "updated_at is missing"],
  ["cart_line", { unit_price: "0.00" }, "unit_price is not positive"],
  ["cart_line", { qty: null }, "qty is missing"],
  ["cart_line", { qty: 0 }, "qty is not positive"],
  ["cart_line", { total_price: "5.01" }, "total_price is not qty times unit_price"],
];

describe("rows that break a rule", () => {
  test.each([...new Set(broken.map(([table]) => table))])(
    "of %s are kept out, kept and counted with their reason, once however often they are extracted",
    async (table) => {
      const cases = broken.filter(([name]) => name === table);
      const rows = cases.map(([, change], index) => ({
        ...good[table],
        ...ownKey(table, index),
        ...change,
      }));
      await warehouse.extract(firstDay, { [table]: rows });
      await warehouse.extract(secondDay, { [table]: rows });
      await warehouse.build({ zone: "cleaned" });
      expect(await warehouse.query(`select * from cleaned.${table}`)).toEqual([]);
      const rejected = await warehouse.query(
        `select relation, reason, cast(loaded_at as varchar) as loaded_at
         from cleaned.rejected_row order by reason`,
      );
      const reasons = cases.map(([, , reason]) => reason).sort();
      expect(rejected).toEqual(
        reasons.map((reason) => ({
          relation: `cleaned.${table}`,
          reason,
          loaded_at: "2026-01-02 00:00:00",
        })),
      );
      await warehouse.build();
      expect(await warehouse.failing()).toEqual([]);
    },
  );

  test("stop nothing but are warned of", async () => {
    await warehouse.extract(firstDay, smallShop);
    await warehouse.extract(firstDay, { customer: [{ ...good.customer, id: 2, email: "none" }] });
    await warehouse.build();
    expect(await warehouse.failing()).toEqual([]);
    expect(await warehouse.failing("warn")).toEqual(["no_row_is_rejected"]);
  });
});

describe("clean rows", () => {
  test("have texts trimmed, e-mail in lower case, region in upper case and times in UTC", async () => {
    await warehouse.extract(firstDay, {
      customer: [
        {
          ...good.customer,
          first_name: " Ann\n",
          email: "\tAnn@Example.com ",
          joined_at: "2026-01-01T08:00:00+08",
        },
      ],
      vendor: [{ ...good.vendor, region: " ph " }],
    });
    await warehouse.build();
    expect(
      await warehouse.query(
        "select first_name, email, cast(joined_at as varchar) as joined_at from cleaned.customer",
      ),
    ).toEqual([{ first_name: "Ann", email: "ann@example.com", joined_at: "2026-01-01 00:00:00" }]);
    expect(await warehouse.query("select region from cleaned.vendor")).toEqual([{ region: "PH" }]);
  });

  test("are the newest version of their key, whichever was extracted last", async () => {
    const renamed = { ...good.customer, first_name: "Anna", updated_at: "2026-01-01T12:00:00Z" };
    await warehouse.extract(firstDay, { customer: [renamed] });
    await warehouse.extract(secondDay, { customer: [good.customer] });
    await warehouse.build();
    expect(await warehouse.query("select first_name from cleaned.customer")).toEqual([
      { first_name: "Anna" },
    ]);
  });

  test("keep rows whose foreign keys are missing", async () => {
    await warehouse.extract(firstDay, {
      inventory: [{ ...good.inventory, category: null, vendor_id: 9 }],
      transaction_line: [
        { ...good.transaction_line, item_id: null, vendor_id: null, category: null },
      ],
    });
    await warehouse.build();
    expect(await warehouse.query("select * from cleaned.rejected_row")).toEqual([]);
    expect(
      await warehouse.query("select category, vendor_id from gold.inventory where item_id = 1"),
    ).toEqual([{ category: -1, vendor_id: -1 }]);
  });

  test("of transactions without a kind, as the shop wrote them once, are sales; refunds are below zero", async () => {
    await warehouse.extract(firstDay, {
      transaction: [good.transaction, goodRefund.transaction],
      transaction_line: [{ ...good.transaction_line, kind: "sale" }, goodRefund.transaction_line],
    });
    await warehouse.build();
    expect(await warehouse.query("select * from cleaned.rejected_row")).toEqual([]);
    expect(
      await warehouse.query(
        `select transaction_id, kind, refers_to_transaction_id, total_price
         from cleaned.transaction order by created_at`,
      ),
    ).toEqual([
      {
        transaction_id: "t1",
        kind: "sale",
        refers_to_transaction_id: null,
        total_price: "7.50",
      },
      {
        transaction_id: "r1",
        kind: "refund",
        refers_to_transaction_id: "t1",
        total_price: "-2.50",
      },
    ]);
    expect(
      await warehouse.query(
        `select kind, refers_to_transaction_id, refers_to_line_number, qty
         from cleaned.transaction_line order by created_at`,
      ),
    ).toEqual([
      { kind: "sale", refers_to_transaction_id: null, refers_to_line_number: null, qty: 3 },
      { kind: "refund", refers_to_transaction_id: "t1", refers_to_line_number: 1, qty: -1 },
    ]);
  });

  test("of carts name their customer, and none for a guest's", async () => {
    const guest = { ...good.cart, cart_id: "GUEST#8246781e-f788-892a-9c69-4102c7c45bf9" };
    await warehouse.extract(firstDay, { cart: [good.cart, guest], cart_line: [good.cart_line] });
    await warehouse.build();
    expect(await warehouse.failing()).toEqual([]);
    expect(await warehouse.failing("warn")).toEqual([]);
    expect(
      await warehouse.query("select cart_id, customer_id from cleaned.cart order by cart_id"),
    ).toEqual([
      { cart_id: guest.cart_id, customer_id: null },
      { cart_id: "USER#1", customer_id: 1 },
    ]);
  });

  test("of carts say when they expire, in UTC; those of before carts expired say nothing", async () => {
    const old = { ...good.cart, cart_id: "USER#2", expires_at: null };
    await warehouse.extract(firstDay, { cart: [good.cart, old] });
    await warehouse.build();
    expect(
      await warehouse.query(
        "select cart_id, cast(expires_at as varchar) as expires_at from cleaned.cart order by cart_id",
      ),
    ).toEqual([
      { cart_id: "USER#1", expires_at: "2026-01-31 10:00:00" },
      { cart_id: "USER#2", expires_at: null },
    ]);
  });
});
