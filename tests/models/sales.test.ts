import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { good, goodRefund, shopTables, smallShop } from "../testing/shop-rows.ts";
import { Warehouse } from "../testing/warehouse.ts";

const firstDay = "2026-01-02T00:00:00Z";
const secondDay = "2026-01-03T00:00:00Z";
const later = "2026-01-02T09:00:00Z";
let warehouse: Warehouse;

beforeEach(async () => {
  warehouse = await Warehouse.open();
});
afterEach(() => warehouse.close());

const keys = () =>
  warehouse.query(
    `select transaction_id, line_number, item_id, customer_id, vendor_id, category_id, date_id
     from gold.sales order by transaction_id, line_number`,
  );

/** All of gold but the calendar, in an order of its own. */
async function gold(): Promise<unknown> {
  const names = ["category", "customer", "inventory", "vendor", "sales", "vendor_daily_sales"];
  return Promise.all(
    names.map((name) => warehouse.query(`select * from gold.${name} order by all`)),
  );
}

async function expectSameAsFullRefresh(): Promise<void> {
  const incremental = await gold();
  expect(await warehouse.failing()).toEqual([]);
  await warehouse.build({ fullRefresh: true });
  expect(incremental).toEqual(await gold());
}

const member = { item_id: 1, customer_id: 1, vendor_id: 1, category_id: 2, date_id: 20260101 };
const unknown = { item_id: -1, customer_id: -1, vendor_id: -1, category_id: -1, date_id: -1 };
const line = { transaction_id: "t1", line_number: 1 };

describe("gold.sales", () => {
  test("is built, and tested without a failure, for a shop that has sold nothing yet", async () => {
    await warehouse.build();
    await warehouse.build();
    expect(await keys()).toEqual([]);
    expect(await warehouse.failing()).toEqual([]);
  });

  test("has a row for each line, with the keys of its dimensions", async () => {
    await warehouse.extract(firstDay, smallShop);
    await warehouse.build();
    expect(await keys()).toEqual([{ ...line, ...member }]);
    expect(await warehouse.failing()).toEqual([]);
    expect(await warehouse.failing("warn")).toEqual([]);
  });

  test("does not change when the same rows are extracted again, doubled or in another order", async () => {
    const second = { ...good.transaction_line, line_number: 2, qty: 1, total_price: "2.50" };
    const lines = [good.transaction_line, second];
    const transaction = [{ ...good.transaction, total_price: "10.00" }];
    await warehouse.extract(firstDay, {
      ...smallShop,
      transaction,
      transaction_line: lines,
    });
    await warehouse.build();
    const before = await gold();
    await warehouse.extract(secondDay, {
      ...smallShop,
      transaction,
      transaction_line: [...lines].reverse(),
    });
    for (const table of shopTables) {
      await warehouse.execute(
        `insert into raw.${table} select * from raw.${table} order by _extracted_at desc`,
      );
    }
    await warehouse.build();
    expect(await gold()).toEqual(before);
    await expectSameAsFullRefresh();
  });

  test("takes a second day's lines to the first's, and nothing twice", async () => {
    await warehouse.extract(firstDay, smallShop);
    await warehouse.build();
    const created = { transaction_id: "t2", created_at: later };
    await warehouse.extract(secondDay, {
      transaction: [good.transaction, { ...good.transaction, ...created }],
      transaction_line: [good.transaction_line, { ...good.transaction_line, ...created }],
    });
    await warehouse.build();
    expect(await keys()).toEqual([
      { ...line, ...member },
      { ...line, ...member, transaction_id: "t2", date_id: 20260102 },
    ]);
    await expectSameAsFullRefresh();
  });

  test("keeps a sale whose members are late on -1, and heals it when they come", async () => {
    await warehouse.extract(firstDay, {
      transaction_line: [
        { ...good.transaction_line, category: 77, created_at: "2019-12-31T23:59:59Z" },
      ],
    });
    await warehouse.build();
    expect(await keys()).toEqual([{ ...line, ...unknown }]);
    await warehouse.extract(secondDay, { customer: [good.customer], vendor: [good.vendor] });
    await warehouse.build();
    expect(await keys()).toEqual([{ ...line, ...unknown, vendor_id: 1 }]);
    await warehouse.extract("2026-01-04T00:00:00Z", {
      inventory: [good.inventory],
      transaction: [good.transaction],
    });
    await warehouse.build();
    expect(await keys()).toEqual([
      { ...line, ...unknown, item_id: 1, customer_id: 1, vendor_id: 1 },
    ]);
    await expectSameAsFullRefresh();
  });

  test("keeps its members when the shop archives them, who say when and come back when restored", async () => {
    await warehouse.extract(firstDay, smallShop);
    await warehouse.build();
    const archive = (archived_at: string | null, updated_at: string) => ({
      customer: [{ ...good.customer, archived_at, updated_at }],
      vendor: [{ ...good.vendor, archived_at, updated_at }],
      inventory: [{ ...good.inventory, archived_at, updated_at }],
    });
    const archived = async () =>
      warehouse.query(
        ["customer", "vendor", "inventory"]
          .map(
            (name) =>
              `select '${name}' as name, cast(archived_at as varchar) as archived_at from gold.${name}`,
          )
          .join(" union all ") + " order by name, archived_at nulls first",
      );
    const times = (time: string | null) =>
      ["customer", "inventory", "vendor"].flatMap((name) => [
        { name, archived_at: null },
        { name, archived_at: time },
      ]);
    await warehouse.extract(secondDay, archive("2026-01-02T08:00:00+08", later));
    await warehouse.build();
    expect(await keys()).toEqual([{ ...line, ...member }]);
    expect(await archived()).toEqual(times("2026-01-02 00:00:00"));
    await warehouse.extract(secondDay, archive(null, "2026-01-02T10:00:00Z"));
    await warehouse.build();
    expect(await archived()).toEqual(times(null));
    await expectSameAsFullRefresh();
  });

  test("moves a sale back to -1 when the newest version of its customer is rejected", async () => {
    await warehouse.extract(firstDay, smallShop);
    await warehouse.build();
    await warehouse.extract(secondDay, {
      customer: [{ ...good.customer, email: "gone", updated_at: later }],
    });
    await warehouse.build();
    expect(await keys()).toEqual([{ ...line, ...member, customer_id: -1 }]);
    await expectSameAsFullRefresh();
  });

  test("has a refund as a line of its own on its own day, below zero, also when it came before its sale", async () => {
    const { transaction, transaction_line, ...rest } = smallShop;
    await warehouse.extract(firstDay, {
      ...rest,
      transaction: [goodRefund.transaction],
      transaction_line: [goodRefund.transaction_line],
    });
    await warehouse.build();
    expect(await warehouse.failing("warn")).toEqual(["refunds_have_their_sales"]);
    await warehouse.extract(secondDay, { transaction, transaction_line });
    await warehouse.build();
    expect(await warehouse.failing("warn")).toEqual([]);
    expect(
      await warehouse.query(
        `select transaction_id, kind, refers_to_transaction_id, refers_to_line_number, date_id, qty,
           unit_price, total_price
         from gold.sales order by sold_at`,
      ),
    ).toEqual([
      {
        ...{ transaction_id: "t1", kind: "sale", date_id: 20260101 },
        ...{ refers_to_transaction_id: null, refers_to_line_number: null },
        ...{ qty: 3, unit_price: "2.50", total_price: "7.50" },
      },
      {
        ...{ transaction_id: "r1", kind: "refund", date_id: 20260102 },
        ...{ refers_to_transaction_id: "t1", refers_to_line_number: 1 },
        ...{ qty: -1, unit_price: "2.50", total_price: "-2.50" },
      },
    ]);
    await expectSameAsFullRefresh();
  });

  test("is net of refunds in a vendor's days, which tell them apart", async () => {
    await warehouse.extract(firstDay, smallShop);
    await warehouse.build();
    const sameDay = { transaction_id: "r2", created_at: "2026-01-01T11:00:00Z" };
    await warehouse.extract(secondDay, {
      transaction: [goodRefund.transaction, { ...goodRefund.transaction, ...sameDay }],
      transaction_line: [
        goodRefund.transaction_line,
        { ...goodRefund.transaction_line, ...sameDay },
      ],
    });
    await warehouse.build();
    expect(
      await warehouse.query(
        `select date_id, transactions, lines, units_sold, units_refunded, units, refunded_price, total_price
         from gold.vendor_daily_sales order by date_id`,
      ),
    ).toEqual([
      {
        ...{ date_id: 20260101, transactions: 2, lines: 2, units_sold: 3, units_refunded: 1 },
        ...{ units: 2, refunded_price: "2.50", total_price: "5.00" },
      },
      {
        ...{ date_id: 20260102, transactions: 1, lines: 1, units_sold: 0, units_refunded: 1 },
        ...{ units: -1, refunded_price: "2.50", total_price: "-2.50" },
      },
    ]);
    await expectSameAsFullRefresh();
  });

  test("keeps price and category of the sale when the item is listed anew", async () => {
    await warehouse.extract(firstDay, smallShop);
    await warehouse.build();
    const before = await warehouse.query("select * from gold.sales");
    await warehouse.extract(secondDay, {
      inventory: [{ ...good.inventory, category: 3, price: "99.00", updated_at: later }],
    });
    await warehouse.build({ fullRefresh: true });
    expect(
      await warehouse.query("select category, price from gold.inventory where item_id = 1"),
    ).toEqual([{ category: 3, price: "99.00" }]);
    expect(await warehouse.query("select * from gold.sales")).toEqual(before);
  });

  test("adds up to the vendor's daily sales exactly, where floating point would not", async () => {
    const cents = { qty: 1, unit_price: "0.10", total_price: "0.10" };
    const lines = Array.from({ length: 30 }, (_, index) => ({
      ...good.transaction_line,
      ...cents,
      line_number: index + 1,
    }));
    await warehouse.extract(firstDay, {
      ...smallShop,
      transaction: [{ ...good.transaction, total_price: "3.00" }],
      transaction_line: lines,
    });
    await warehouse.build();
    expect(
      await warehouse.query(
        "select transactions, customers, lines, units, total_price from gold.vendor_daily_sales",
      ),
    ).toEqual([{ transactions: 1, customers: 1, lines: 30, units: 30, total_price: "3.00" }]);
    expect(await warehouse.failing()).toEqual([]);
  });
});
