import { describe, expect, test } from "@jest/globals";
import { callAs, countStock, failureOf, listItem, putCart, signUp } from "../testing.ts";
import { useTestShop } from "../testing/use-test-shop.ts";

const shop = useTestShop();

const { stringify } = JSON;
const buy = async (userId: number, idempotencyKey: string) => {
  const cart = await shop.client.cart.get.query({ userId });
  const shown = { cartVersion: cart?.version ?? 1, expectedTotal: cart?.totalPrice ?? "1.00" };
  return failureOf(shop.client.checkout.create.mutate({ userId, idempotencyKey, ...shown }));
};
const itemOf = (id: number) => shop.client.inventory.get.query({ id });
const asVendor = (vendorId: number) => callAs(shop, { role: "vendor", vendorId }).inventory;

async function newItem(price = "12.50", stock = 10) {
  return itemOf(await listItem(shop, stock, price));
}

describe("an update", () => {
  test("changes what it names and nothing else, and the database says when", async () => {
    const item = await newItem();
    const renamed = await shop.client.inventory.update.mutate({ id: item.id, itemName: "Stool" });
    expect(renamed).toEqual({ ...item, itemName: "Stool", updatedAt: renamed.updatedAt });
    expect(renamed.updatedAt > item.updatedAt).toBe(true);
    const { vendorId } = item;
    const vendor = await shop.client.vendor.get.query({ id: vendorId });
    const moved = await shop.client.vendor.update.mutate({ vendorId, region: "PT" });
    expect(moved).toEqual({ ...vendor, region: "PT", updatedAt: moved.updatedAt });
    const userId = await signUp(shop);
    const customer = await shop.client.customer.get.query({ id: userId });
    const named = await shop.client.customer.update.mutate({ userId, lastName: "Cruz" });
    expect(named).toEqual({ ...customer, lastName: "Cruz", updatedAt: named.updatedAt });
  });

  test("of what somebody has changed since is refused with the row as it is, and then goes through", async () => {
    const { id, updatedAt, vendorId } = await newItem();
    const update = (price: string, expectedUpdatedAt: string) =>
      shop.client.inventory.update.mutate({ id, price, expectedUpdatedAt });
    const outcomes = await Promise.allSettled([
      update("1.00", updatedAt),
      update("2.00", updatedAt),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const current = await itemOf(id);
    const lost = outcomes.find((outcome) => outcome.status === "rejected");
    expect(lost?.reason).toMatchObject({
      data: { code: "CONFLICT", mercado: "CHANGED_MEANWHILE", details: { current } },
    });
    expect((await update("3.00", current.updatedAt)).price).toBe("3.00");
    const expectedUpdatedAt = "2020-01-01T00:00:00.000000Z";
    const vendor = shop.client.vendor.update.mutate({ vendorId, region: "X", expectedUpdatedAt });
    expect(await failureOf(vendor)).toBe("CHANGED_MEANWHILE");
    const userId = await signUp(shop);
    const customer = { userId, lastName: "X", expectedUpdatedAt };
    expect(await failureOf(shop.client.customer.update.mutate(customer))).toBe("CHANGED_MEANWHILE");
  });

  test.each<[object]>([
    [{}],
    [{ reason: "nothing" }],
    [{ stock: 1, stockChange: 1 }],
    [{ vendorId: 1, price: "1.00" }],
    [{ price: null }],
    [{ price: "1.00", expectedUpdatedAt: "2026-13-01T00:00:00.000000Z" }],
    [{ price: "1.00", updatedAt: "2026-01-01T00:00:00.000000Z" }],
  ])("of an item by %j is refused at the door", async (update) => {
    const { id } = await newItem();
    const call = shop.client.inventory.update.mutate({ id, ...update });
    expect(await failureOf(call)).toBe("INPUT_INVALID");
  });

  test("of an email to one that another customer has is refused", async () => {
    const [first, second] = [await signUp(shop), await signUp(shop)];
    const { email } = await shop.client.customer.get.query({ id: first });
    const taking = { userId: second, email: email.toUpperCase() };
    expect(await failureOf(shop.client.customer.update.mutate(taking))).toBe("EMAIL_TAKEN");
  });

  test("of a code to one that another item of the vendor has is refused, and null takes it away", async () => {
    const { vendorId } = await newItem();
    const list = (sku: string) =>
      shop.client.inventory.create.mutate({
        vendorId,
        itemName: "x",
        category: 1,
        price: "1.00",
        sku,
      });
    const [first, second] = [await list("A-1"), await list("A-2")];
    const update = shop.client.inventory.update;
    expect(await failureOf(list("A-1"))).toBe("SKU_TAKEN");
    expect(await failureOf(update.mutate({ id: second.id, sku: "A-1" }))).toBe("SKU_TAKEN");
    expect((await update.mutate({ id: first.id, sku: null })).sku).toBeNull();
    expect((await update.mutate({ id: second.id, sku: "A-1" })).sku).toBe("A-1");
  });
});

describe("stock", () => {
  test("changed by what came is right while shoppers buy, and no unit is lost or made up", async () => {
    const { id } = await newItem("1.00", 20);
    const shoppers = await Promise.all(Array.from({ length: 8 }, () => putCart(shop, id, 1)));
    const deliveries = Array.from({ length: 8 }, () => ({ id, stockChange: 5 }));
    await Promise.all([
      ...shoppers.map((userId) => buy(userId, "k")),
      ...deliveries.map((delivery) => failureOf(shop.client.inventory.update.mutate(delivery))),
    ]).then((outcomes) => {
      expect(new Set(outcomes)).toEqual(new Set(["no failure"]));
    });
    expect(await countStock(shop, id)).toEqual({ available: 52, reserved: 0, sold: 8 });
    const { items } = await shop.client.inventory.changes.query({ id });
    expect(items).toHaveLength(17);
    items.slice(0, -1).forEach((change, index) => {
      expect(change.oldStock).toBe(items[index + 1]?.newStock);
    });
  });

  test("never goes below zero nor beyond what can be counted", async () => {
    const { id } = await newItem("1.00", 3);
    const update = shop.client.inventory.update;
    await expect(update.mutate({ id, stockChange: -4 })).rejects.toMatchObject({
      data: { mercado: "STOCK_INSUFFICIENT", details: { itemId: id, stock: 3, stockChange: -4 } },
    });
    expect(await failureOf(update.mutate({ id, stockChange: 1_000_000_000 }))).toBe(
      "STOCK_INSUFFICIENT",
    );
    expect((await update.mutate({ id, stockChange: -3 })).stock).toBe(0);
    expect((await update.mutate({ id, stock: 7 })).stock).toBe(7);
  });
});

describe("an archived item", () => {
  test("is not found, put or bought by shoppers, twice archived is once, and restored it is back", async () => {
    const item = await newItem();
    const { id, vendorId } = item;
    const userId = await putCart(shop, id, 2);
    const archived = await asVendor(vendorId).archive({ id, reason: "recalled" });
    expect(archived.archivedAt).not.toBeNull();
    expect(await asVendor(vendorId).archive({ id })).toEqual(archived);
    const shopper = callAs(shop, { role: "customer", customerId: userId });
    expect(await failureOf(shopper.inventory.get({ id }))).toBe("ITEM_NOT_FOUND");
    expect((await shopper.inventory.search({ vendorId })).items).toEqual([]);
    expect(await failureOf(shopper.cart.put({ lines: [{ itemId: id, quantity: 1 }] }))).toBe(
      "ITEM_NOT_FOUND",
    );
    expect(await buy(userId, "gone")).not.toBe("no failure");
    expect(await countStock(shop, id)).toEqual({ available: 10, reserved: 0, sold: 0 });
    expect(await failureOf(asVendor(vendorId).update({ id, price: "1.00" }))).toBe("ARCHIVED");
    const restored = await asVendor(vendorId).restore({ id });
    expect(restored).toEqual({ ...item, updatedAt: restored.updatedAt });
    expect(await asVendor(vendorId).restore({ id })).toEqual(restored);
    expect(await buy(userId, "back")).toBe("no failure");
    const { items } = await asVendor(vendorId).changes({ id, limit: 3 });
    expect(items).toMatchObject([
      { change: "changed", oldStock: 10, newStock: 8, reason: "checkout" },
      { change: "restored", actor: `vendor:${vendorId}` },
      { change: "archived", actor: `vendor:${vendorId}`, reason: "recalled" },
    ]);
  });

  test("is listed for its vendor and admins when they ask, and for nobody else", async () => {
    const [mine, other] = [await newItem(), await newItem()];
    await shop.client.inventory.archive.mutate({ id: mine.id });
    await shop.client.inventory.archive.mutate({ id: other.id });
    const ids = { includeArchived: true, limit: 200 };
    const seen = async (inventory: ReturnType<typeof asVendor>) =>
      (await inventory.search(ids)).items.map(({ id }) => id);
    expect(await seen(asVendor(mine.vendorId))).toContain(mine.id);
    expect(await seen(asVendor(mine.vendorId))).not.toContain(other.id);
    const admin = await seen(callAs(shop, { role: "admin" }).inventory);
    expect(admin).toEqual(expect.arrayContaining([mine.id, other.id]));
    const anonymous = callAs(shop, { role: "anonymous" }).inventory;
    expect(await failureOf(anonymous.search(ids))).toBe("UNAUTHORIZED");
    expect(await failureOf(anonymous.get({ id: mine.id }))).toBe("ITEM_NOT_FOUND");
    expect((await asVendor(mine.vendorId).get({ id: mine.id })).archivedAt).not.toBeNull();
  });

  test("gives its code free, and cannot come back while another has it", async () => {
    const { vendorId } = await newItem();
    const listed = { vendorId, itemName: "x", category: 1, price: "1.00", sku: "S" };
    const first = await shop.client.inventory.create.mutate(listed);
    await shop.client.inventory.archive.mutate({ id: first.id });
    const second = await shop.client.inventory.create.mutate(listed);
    const restore = () => failureOf(shop.client.inventory.restore.mutate({ id: first.id }));
    expect(await restore()).toBe("SKU_TAKEN");
    await shop.client.inventory.archive.mutate({ id: second.id });
    expect(await restore()).toBe("no failure");
  });
});

describe("an archived vendor", () => {
  test("sells nothing from that moment on, and everything again when it is restored", async () => {
    const { id, vendorId } = await newItem();
    const userId = await putCart(shop, id, 1);
    const { archivedAt } = await shop.client.vendor.archive.mutate({ id: vendorId });
    expect(archivedAt).not.toBeNull();
    expect(await buy(userId, "gone")).not.toBe("no failure");
    const shopper = callAs(shop, { role: "customer", customerId: userId });
    expect(await failureOf(shopper.inventory.get({ id }))).toBe("ITEM_NOT_FOUND");
    expect(await failureOf(shopper.vendor.get({ id: vendorId }))).toBe("VENDOR_NOT_FOUND");
    expect((await shopper.inventory.search({ vendorId })).items).toEqual([]);
    expect(stringify(await shopper.vendor.search({ limit: 200 }))).not.toContain(archivedAt!);
    expect(await failureOf(shopper.cart.put({ lines: [{ itemId: id, quantity: 1 }] }))).toBe(
      "ITEM_NOT_FOUND",
    );
    const listed = { vendorId, itemName: "x", category: 1, price: "1.00" };
    expect(await failureOf(shop.client.inventory.create.mutate(listed))).toBe("VENDOR_NOT_FOUND");
    expect(await failureOf(shop.client.vendor.update.mutate({ vendorId, region: "X" }))).toBe(
      "ARCHIVED",
    );
    await shop.client.vendor.restore.mutate({ id: vendorId });
    expect(await buy(userId, "back")).toBe("no failure");
  });
});

describe("an archived customer", () => {
  test("puts and buys nothing, keeps the history, and frees the email until restored", async () => {
    const { id } = await newItem();
    const userId = await putCart(shop, id, 1);
    expect(await buy(userId, "before")).toBe("no failure");
    await shop.client.cart.put.mutate({ userId, lines: [{ itemId: id, quantity: 1 }] });
    const { email } = await shop.client.customer.archive.mutate({ id: userId });
    expect(await shop.client.customer.byEmail.query({ email })).toBeNull();
    expect((await shop.client.customer.search.query({ email })).items).toEqual([]);
    const found = await shop.client.customer.search.query({ email, includeArchived: true });
    expect(found.items).toMatchObject([{ id: userId }]);
    const shopper = callAs(shop, { role: "customer", customerId: userId });
    expect(await failureOf(shopper.cart.put({ lines: [{ itemId: id, quantity: 2 }] }))).toBe(
      "CUSTOMER_NOT_FOUND",
    );
    expect((await shopper.transaction.history({})).items).toHaveLength(1);
    const next = { firstName: "B", lastName: "C", email: email.toUpperCase() };
    const { id: other } = await shop.client.customer.create.mutate(next);
    const restore = () => failureOf(shop.client.customer.restore.mutate({ id: userId }));
    expect(await restore()).toBe("EMAIL_TAKEN");
    await shop.client.customer.update.mutate({ userId: other, email: "next@example.com" });
    expect(await restore()).toBe("no failure");
    expect(await buy(userId, "again")).toBe("no failure");
  });
});

describe("somebody else's", () => {
  test("item cannot be changed, archived, restored or looked into by a vendor, and stays as it is", async () => {
    const [mine, other] = [await newItem(), await newItem()];
    const { id } = other;
    const vendor = asVendor(mine.vendorId);
    for (const call of [
      () => vendor.update({ id, price: "0.01" }),
      () => vendor.archive({ id }),
      () => vendor.restore({ id }),
      () => vendor.changes({ id }),
    ]) {
      expect(await failureOf(call())).toBe("FORBIDDEN");
    }
    expect(await failureOf(vendor.update({ id: 999_999, price: "0.01" }))).toBe("ITEM_NOT_FOUND");
    expect(await itemOf(id)).toEqual(other);
  });

  test("profile cannot be changed by another customer or vendor", async () => {
    const [mine, other] = [await signUp(shop), await signUp(shop)];
    const customer = callAs(shop, { role: "customer", customerId: mine }).customer;
    expect(await failureOf(customer.update({ userId: other, lastName: "X" }))).toBe("FORBIDDEN");
    expect((await customer.update({ lastName: "Own" })).id).toBe(mine);
    expect(await failureOf(customer.archive({ id: mine }))).toBe("FORBIDDEN");
    const { vendorId } = await newItem();
    const { vendorId: otherVendor } = await newItem();
    const vendor = callAs(shop, { role: "vendor", vendorId }).vendor;
    expect(await failureOf(vendor.update({ vendorId: otherVendor, region: "X" }))).toBe(
      "FORBIDDEN",
    );
    expect((await vendor.update({ region: "PT" })).id).toBe(vendorId);
    expect(await failureOf(vendor.archive({ id: vendorId }))).toBe("FORBIDDEN");
  });
});
