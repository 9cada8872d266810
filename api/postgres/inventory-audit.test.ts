import { describe, expect, test } from "@jest/globals";
import { callDying, failureOf, listItem, putCart, requestFor } from "../testing.ts";
import { useTestShop } from "../testing/use-test-shop.ts";
import { sql } from "./pool.ts";

const shop = useTestShop();

async function trailOf(itemId: number) {
  const rows: unknown[] = await shop.pool.query(
    sql`select change, old_price, new_price, old_stock, new_stock, actor, reason from inventory_audit
        where item_id = ${itemId} order by change_id`,
  );
  return rows;
}

describe("the audit trail of an item", () => {
  test("says which checkout took its units, and that one which was given up brought them back", async () => {
    const item = await listItem(shop, 10);
    const userId = await putCart(shop, item, 3);
    const request = await requestFor(shop, userId, "lost");
    await failureOf(callDying(shop, "after-reserve").checkout.create(request));
    await shop.client.cart.put.mutate({ userId, lines: [{ itemId: item, quantity: 1 }] });
    expect(await failureOf(shop.client.checkout.create.mutate(request))).toBe("CART_CHANGED");
    const [reservation] = (await shop.pool.query(
      sql`select reservation_id from stock_reservation where customer_id = ${userId}`,
    )) as { reservation_id: string }[];
    const actor = `reservation:${reservation?.reservation_id}`;
    expect((await trailOf(item)).slice(1)).toMatchObject([
      { change: "changed", old_stock: 10, new_stock: 7, actor, reason: "checkout" },
      { change: "changed", old_stock: 7, new_stock: 10, actor, reason: "checkout given up" },
    ]);
  });

  test("is written for plain SQL too, in a session that replays other changes as well, but not for what leaves price and stock alone", async () => {
    const item = await listItem(shop, 10, "2.50");
    await shop.pool.tx(async (transaction) => {
      await transaction.query(sql`set local session_replication_role = replica`);
      await transaction.query(sql`update inventory set price = 3 where id = ${item}`);
    });
    await shop.pool.query(sql`update inventory set item_name = 'other' where id = ${item}`);
    await shop.pool.query(sql`delete from inventory where id = ${item}`);
    const actor = "database:mercado";
    expect((await trailOf(item)).slice(1)).toEqual([
      {
        change: "changed",
        old_price: "2.50",
        new_price: "3.00",
        old_stock: 10,
        new_stock: 10,
        actor,
        reason: null,
      },
      {
        change: "deleted",
        old_price: "3.00",
        new_price: null,
        old_stock: 10,
        new_stock: null,
        actor,
        reason: null,
      },
    ]);
  });

  test.each([
    "update inventory_audit set actor = 'x'",
    "delete from inventory_audit",
    "truncate inventory_audit",
  ])("cannot be changed afterwards by: %s", async (statement) => {
    await expect(shop.pool.query(sql.__dangerous__rawValue(statement))).rejects.toThrow(
      "only ever added to",
    );
  });
});
