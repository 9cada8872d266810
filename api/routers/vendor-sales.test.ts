import { expect, test } from "@jest/globals";
import { buyCart, callAs, failureOf, listItems, signUp } from "../testing.ts";
import { useTestShop } from "../testing/use-test-shop.ts";

const shop = useTestShop();

async function shopFor(prices: readonly string[]) {
  const items = await listItems(
    shop,
    prices.map((price) => ({ price, stock: 100 })),
  );
  const { vendorId } = await shop.client.inventory.get.query({ id: items[0]! });
  return { items, vendorId, vendor: callAs(shop, { role: "vendor", vendorId }).vendor };
}

test("a vendor sees what was bought of it and by whom, newest first, page by page, and nothing of other vendors", async () => {
  const mine = await shopFor(["1.00", "2.50"]);
  const other = await shopFor(["9.00"]);
  const bought: string[] = [];
  const buyers: number[] = [];
  for (let day = 1; day <= 3; day += 1) {
    shop.time.now = new Date(Date.UTC(2026, 4, day));
    const userId = await signUp(shop);
    const lines = [mine.items[0]!, other.items[0]!, mine.items[1]!];
    await shop.client.cart.put.mutate({
      userId,
      lines: lines.map((itemId) => ({ itemId, quantity: day })),
    });
    const { transactionId } = await buyCart(shop, userId, "k");
    bought.unshift(`${transactionId}#3`, `${transactionId}#1`);
    buyers.push(userId);
  }
  const waiting = await signUp(shop);
  await shop.client.cart.put.mutate({
    userId: waiting,
    lines: [{ itemId: mine.items[0]!, quantity: 1 }],
  });
  const seen = [];
  let cursor: string | undefined;
  do {
    const page = await mine.vendor.sales({ limit: 4, cursor });
    seen.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  expect(seen.map((sale) => `${sale.transactionId}#${sale.lineNumber}`)).toEqual(bought);
  const { id, firstName, lastName, email } = await shop.client.customer.get.query({
    id: buyers[2]!,
  });
  expect(seen[0]).toEqual({
    transactionId: bought[0]?.split("#")[0],
    lineNumber: 3,
    soldAt: "2026-05-03T00:00:00.000000Z",
    itemId: mine.items[1],
    itemName: "item 1",
    category: 1,
    quantity: 3,
    unitPrice: "2.50",
    totalPrice: "7.50",
    refundedQuantity: 0,
    refundedTotal: "0.00",
    customer: { id, firstName, lastName, email },
  });
  const customers = await mine.vendor.customers({});
  expect(customers.items.map((buyer) => buyer.id)).toEqual(buyers);
  expect(customers.items[2]).toEqual({ id, firstName, lastName, email });
  expect((await mine.vendor.customers({ query: email.toUpperCase() })).items).toHaveLength(1);
  expect((await mine.vendor.customers({ query: "da rey" })).items).toHaveLength(3);
  expect((await mine.vendor.customers({ query: "%" })).items).toEqual([]);
  expect((await other.vendor.sales({})).items).toHaveLength(3);
  expect(await failureOf(mine.vendor.sales({ vendorId: other.vendorId }))).toBe("FORBIDDEN");
  expect(await failureOf(mine.vendor.customers({ vendorId: other.vendorId }))).toBe("FORBIDDEN");
});

test("what came back of a sale is told with it", async () => {
  const { items, vendor } = await shopFor(["2.50"]);
  const userId = await signUp(shop);
  await shop.client.cart.put.mutate({ userId, lines: [{ itemId: items[0]!, quantity: 4 }] });
  const { transactionId } = await buyCart(shop, userId, "k");
  const lines = [{ lineNumber: 1, quantity: 3 }];
  await shop.client.transaction.refund.mutate({ transactionId, idempotencyKey: "r", lines });
  expect((await vendor.sales({})).items).toMatchObject([
    { quantity: 4, totalPrice: "10.00", refundedQuantity: 3, refundedTotal: "7.50" },
  ]);
});

test.each(["x", "2026-05-03T00:00:00.000000Z#nonsense#1", "2026-05-03T00:00:00.000000Z"])(
  "%j is no cursor of sales",
  async (position) => {
    const { vendor } = await shopFor(["1.00"]);
    const cursor = Buffer.from(`1:${position}`).toString("base64url");
    expect(await failureOf(vendor.sales({ cursor }))).toMatch(/INPUT_INVALID|cursor/);
  },
);
