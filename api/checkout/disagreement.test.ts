import { describe, expect, test } from "@jest/globals";
import { sql } from "../postgres/pool.ts";
import {
  buyCart,
  countStock,
  failureOf,
  listItem,
  listItems,
  putCart,
  requestFor,
  signUp,
} from "../testing.ts";
import { useTestShop } from "../testing/use-test-shop.ts";

const shop = useTestShop();

const price = (item: number, to: string) =>
  shop.pool.query(sql`update inventory set price = ${to}::numeric where id = ${item}`);
const archive = (item: number) =>
  shop.pool.query(sql`update inventory set archived_at = now() where id = ${item}`);

describe("a cart that is not any more what its customer was shown", () => {
  test("of more than there is names the lines and takes nothing; its key may be used again", async () => {
    const item = await listItem(shop, 5);
    const userId = await signUp(shop);
    const lines = [
      { itemId: item, quantity: 4 },
      { itemId: item, quantity: 3 },
    ];
    await shop.client.cart.put.mutate({ userId, lines });
    const short = { itemId: item, reason: "STOCK_INSUFFICIENT", current: { available: 5 } };
    await expect(buyCart(shop, userId, "short")).rejects.toMatchObject({
      data: {
        code: "CONFLICT",
        mercado: "STOCK_INSUFFICIENT",
        details: {
          lines: [
            { ...short, lineNumber: 1, shown: { quantity: 4 } },
            { ...short, lineNumber: 2, shown: { quantity: 3 } },
          ],
        },
      },
    });
    expect(await countStock(shop, item)).toEqual({ available: 5, reserved: 0, sold: 0 });
    await shop.client.cart.put.mutate({ userId, lines: lines.slice(0, 1) });
    expect((await buyCart(shop, userId, "short")).lines).toHaveLength(1);
  });

  test("is refused with every difference of every line at once, under the gravest one's code", async () => {
    const vendor = await shop.client.vendor.create.mutate({ vendorName: "Other", region: "GW" });
    const items = await listItems(
      shop,
      ["10.00", "20.00", "30.00", "40.00", "50.00"].map((listed) => ({ price: listed, stock: 5 })),
    );
    const [same, dearer, scarce, moved, gone] = items as [number, number, number, number, number];
    const userId = await signUp(shop);
    const lines = items.map((itemId) => ({ itemId, quantity: 2 }));
    await shop.client.cart.put.mutate({ userId, lines });
    await price(dearer, "21.00");
    await price(scarce, "29.00");
    await shop.pool.query(sql`update inventory set stock = 1 where id = ${scarce}`);
    await shop.pool.query(sql`update inventory set vendor_id = ${vendor.id} where id = ${moved}`);
    await archive(gone);
    const refusal: unknown = await buyCart(shop, userId, "much").catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      message: expect.stringContaining(`line 5: item ${gone} is not sold any more`),
      data: {
        code: "CONFLICT",
        mercado: "ITEM_UNAVAILABLE",
        details: {
          expectedTotal: "300.00",
          totalPrice: "200.00",
          lines: [
            {
              lineNumber: 2,
              itemId: dearer,
              reason: "PRICE_CHANGED",
              shown: { unitPrice: "20.00", quantity: 2 },
              current: { unitPrice: "21.00", available: 5 },
            },
            { lineNumber: 3, reason: "STOCK_INSUFFICIENT", current: { available: 1 } },
            { lineNumber: 3, reason: "PRICE_CHANGED", current: { unitPrice: "29.00" } },
            { lineNumber: 4, reason: "VENDOR_CHANGED", current: { vendorId: vendor.id } },
            { lineNumber: 5, reason: "ITEM_UNAVAILABLE", shown: { quantity: 2 }, current: null },
          ],
        },
      },
    });
    for (const item of [same, dearer, moved]) {
      expect(await countStock(shop, item)).toEqual({ available: 5, reserved: 0, sold: 0 });
    }
  });

  test("because an item's vendor left is refused", async () => {
    const item = await listItem(shop, 5);
    const userId = await putCart(shop, item, 1);
    await shop.pool.query(
      sql`update vendor set archived_at = now()
          where id = (select vendor_id from inventory where id = ${item})`,
    );
    expect(await failureOf(buyCart(shop, userId, "left"))).toBe("ITEM_UNAVAILABLE");
    expect(await countStock(shop, item)).toEqual({ available: 5, reserved: 0, sold: 0 });
  });
});

describe("a cart whose prices changed", () => {
  test("is bought once its customer was shown the new total", async () => {
    const item = await listItem(shop, 5, "10.00");
    const userId = await putCart(shop, item, 2);
    const request = await requestFor(shop, userId, "dearer");
    await price(item, "11.00");
    await expect(shop.client.checkout.create.mutate(request)).rejects.toMatchObject({
      message: `The cart costs 22.00, not 20.00 (line 1: item ${item} costs 11.00, not 10.00).`,
      data: {
        mercado: "PRICE_CHANGED",
        details: { expectedTotal: "20.00", totalPrice: "22.00", lines: [{ lineNumber: 1 }] },
      },
    });
    const agreed = { ...request, expectedTotal: "22" };
    const bought = await shop.client.checkout.create.mutate(agreed);
    expect(bought).toMatchObject({ totalPrice: "22.00", lines: [{ unitPrice: "11.00" }] });
    expect(await shop.client.checkout.create.mutate(agreed)).toEqual(bought);
  });

  test("is refused although it costs the same in all", async () => {
    const items = await listItems(shop, [
      { price: "10.00", stock: 5 },
      { price: "20.00", stock: 5 },
    ]);
    const userId = await signUp(shop);
    const lines = items.map((itemId) => ({ itemId, quantity: 1 }));
    await shop.client.cart.put.mutate({ userId, lines });
    await price(items[0]!, "11.00");
    await price(items[1]!, "19.00");
    await expect(buyCart(shop, userId, "same")).rejects.toMatchObject({
      data: { mercado: "PRICE_CHANGED", details: { lines: [{}, {}] } },
    });
    await shop.client.cart.put.mutate({ userId, lines });
    expect(await failureOf(buyCart(shop, userId, "same"))).toBe("no failure");
  });

  test("is not bought for the new total while something else stands in the way", async () => {
    const item = await listItem(shop, 5, "10.00");
    const userId = await putCart(shop, item, 2);
    const request = { ...(await requestFor(shop, userId, "both")), expectedTotal: "22.00" };
    await price(item, "11.00");
    await shop.pool.query(sql`update inventory set stock = 1 where id = ${item}`);
    expect(await failureOf(shop.client.checkout.create.mutate(request))).toBe("STOCK_INSUFFICIENT");
    expect(await countStock(shop, item)).toEqual({ available: 1, reserved: 0, sold: 0 });
  });
});
