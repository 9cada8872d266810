import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { good, goodRefund, smallShop } from "../testing/shop-rows.ts";
import { Warehouse } from "../testing/warehouse.ts";

let warehouse: Warehouse;

beforeEach(async () => {
  warehouse = await Warehouse.open();
  await warehouse.extract("2026-01-02T00:00:00Z", smallShop);
  await warehouse.extract("2026-01-02T00:00:00Z", {
    customer: [{ ...good.customer, id: 2 }],
    vendor: [{ ...good.vendor, id: 2 }],
    transaction: [{ ...good.transaction, transaction_id: "t2" }, goodRefund.transaction],
    transaction_line: [
      { ...good.transaction_line, transaction_id: "t2" },
      goodRefund.transaction_line,
    ],
  });
  await warehouse.build();
});
afterEach(() => warehouse.close());

test.each([
  [
    "a customer is lost",
    "delete from cleaned.customer where customer_id = 2",
    "customer_keys_are_kept",
  ],
  ["a vendor is lost", "delete from cleaned.vendor where vendor_id = 2", "vendor_keys_are_kept"],
  ["an item is lost", "delete from cleaned.inventory", "inventory_keys_are_kept"],
  [
    "a transaction is lost",
    "delete from cleaned.transaction where transaction_id = 't2'",
    "transaction_keys_are_kept",
  ],
  [
    "a line is lost",
    "delete from cleaned.transaction_line where transaction_id = 't2'",
    "transaction_line_keys_are_kept",
  ],
  [
    "a line is doubled",
    "insert into cleaned.transaction_line from cleaned.transaction_line",
    "transaction_line_keys_are_kept",
  ],
  ["a cart is lost", "delete from cleaned.cart", "cart_keys_are_kept"],
  ["a line of a cart is lost", "delete from cleaned.cart_line", "cart_line_keys_are_kept"],
  [
    "a rejected row is lost",
    "update raw.customer set email = 'none' where id = 2",
    "rejected_rows_are_complete",
  ],
  [
    "units of a cleaned line change",
    "update cleaned.transaction_line set qty = qty + 1",
    "lines_reconcile_with_the_source",
  ],
  [
    "money of a cleaned line changes by a cent",
    "update cleaned.transaction_line set total_price = total_price + 0.01 where transaction_id = 't2'",
    "lines_reconcile_with_the_source",
  ],
  [
    "a line of a source's transaction is lost",
    "delete from raw.transaction_line where transaction_id = 't2'",
    "transaction_totals_equal_their_lines",
  ],
  [
    "a source's line has two prices",
    "insert into raw.transaction_line select * replace (9.99 as unit_price) from raw.transaction_line",
    "lines_reconcile_with_the_source",
  ],
  [
    "a sale is lost",
    "delete from gold.sales where transaction_id = 't2'",
    "sales_reconcile_with_lines",
  ],
  ["a sale is doubled", "insert into gold.sales from gold.sales", "sales_reconcile_with_lines"],
  [
    "more units of a line are given back than were sold, over all of its refunds",
    `insert into gold.sales select * exclude (number) replace ('r' || number as transaction_id)
     from gold.sales cross join generate_series(2, 4) as refunds (number) where kind = 'refund'`,
    "refunds_match_their_sales",
  ],
  [
    "a refund pays back another price than was paid",
    "update gold.sales set unit_price = 2.51, total_price = -2.51 where kind = 'refund'",
    "refunds_match_their_sales",
  ],
  [
    "a refund is another vendor's than its sale",
    "update gold.sales set vendor_id = 2 where kind = 'refund'",
    "refunds_match_their_sales",
  ],
  [
    "a refund is another customer's than its sale",
    "update gold.sales set customer_id = 2 where kind = 'refund'",
    "refunds_match_their_sales",
  ],
  [
    "a refund is counted as a sale",
    "update gold.sales set qty = 1, total_price = 2.50 where kind = 'refund'",
    "expression.gold.sales.qty_0_and_qty_0_kind_sale",
  ],
  [
    "a refund refers to another sale than it did",
    "update gold.sales set refers_to_transaction_id = 't2' where kind = 'refund'",
    "sales_equal_sale_lines",
  ],
  [
    "a vendor's refunded money is not told",
    "update gold.vendor_daily_sales set refunded_price = 0",
    "equal_totals.gold.vendor_daily_sales.gold_sales",
  ],
  ["a sale changes hands", "update gold.sales set customer_id = 2", "sales_equal_sale_lines"],
  [
    "a sale is put on another transaction",
    "update gold.sales set transaction_id = 't1'",
    "sales_reconcile_with_lines",
  ],
  [
    "a category stands there three times",
    "insert into gold.category from gold.category where category_id = 2",
    "report_does_not_fan_out",
  ],
  [
    "a day stands there twice",
    "insert into gold.date from gold.date where date_id = 20260101",
    "report_does_not_fan_out",
  ],
  [
    "a vendor's day is lost",
    "delete from gold.vendor_daily_sales",
    "equal_totals.gold.vendor_daily_sales.gold_sales",
  ],
  [
    "a vendor's day is short of a cent",
    "update gold.vendor_daily_sales set total_price = total_price - 0.01",
    "equal_totals.gold.vendor_daily_sales.gold_sales",
  ],
  [
    "the calendar has a gap",
    "delete from gold.date where date_id = 20240229",
    "date_covers_the_calendar",
  ],
  [
    "the calendar ends early",
    "delete from gold.date where date_id = 20351231",
    "date_covers_the_calendar",
  ],
  [
    "a sold item's member is lost",
    "delete from gold.inventory where item_id = 1",
    "relationships.gold.sales.item_id",
  ],
  [
    "a category's name is taken twice",
    "update gold.category set category_name = 'Books'",
    "unique.gold.category.category_name",
  ],
])("a build is stopped when %s", async (_, damage, expected) => {
  expect(await warehouse.failing("error", [expected])).toEqual([]);
  await warehouse.execute(damage);
  expect(await warehouse.failing("error", [expected])).toEqual([expected]);
});

test("a line that was sold by another vendor than its item's is warned of", async () => {
  await warehouse.execute("update gold.sales set vendor_id = 2");
  expect(await warehouse.failing("warn")).toEqual(["items_are_sold_by_their_vendor"]);
});

test("a refund whose sale is not there is warned of", async () => {
  expect(await warehouse.failing("warn")).toEqual([]);
  await warehouse.execute("update gold.sales set refers_to_line_number = 7 where kind = 'refund'");
  expect(await warehouse.failing("warn")).toEqual(["refunds_have_their_sales"]);
});
