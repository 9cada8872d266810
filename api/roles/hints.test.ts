import { beforeAll, describe, expect, test } from "@jest/globals";
import type { ShopError } from "../errors.ts";
import { callAs, listItem, signUp } from "../testing.ts";
import { useTestShop } from "../testing/use-test-shop.ts";
import type { Caller } from "./caller.ts";

const shop = useTestShop();
let customerId: number;
let vendorId: number;
let others: { customerId: number; vendorId: number; itemId: number };
beforeAll(async () => {
  customerId = await signUp(shop);
  const vendorOf = async (id: number) => (await shop.client.inventory.get.query({ id })).vendorId;
  vendorId = await vendorOf(await listItem(shop, 1));
  const itemId = await listItem(shop, 1);
  others = { customerId: await signUp(shop), vendorId: await vendorOf(itemId), itemId };
});

const customer = (): Caller => ({ role: "customer", customerId });
const vendor = (): Caller => ({ role: "vendor", vendorId });

async function refusalOf(call: Promise<unknown>): Promise<Pick<ShopError, "mercado" | "hint">> {
  const error = await call.then(
    () => new Error("it was not refused"),
    (refusal: unknown) => refusal as ShopError,
  );
  if (!("hint" in error)) throw error;
  return { mercado: error.mercado, hint: error.hint };
}

const LEAVE_OUT = /leave the id out to reach what is your own/;

describe("a hint to leave the id out", () => {
  test("is good advice to a customer who asks for another one", async () => {
    const { customer: customers } = callAs(shop, customer());
    const refusal = await refusalOf(customers.get({ id: others.customerId }));
    expect(refusal).toEqual({ mercado: "FORBIDDEN", hint: expect.stringMatching(LEAVE_OUT) });
    expect(await customers.get({})).toEqual(await customers.get({ id: customerId }));
    expect(await customers.get()).toMatchObject({ id: customerId });
  });

  test("is good advice to a vendor who asks for another's sales", async () => {
    const { vendor: vendors } = callAs(shop, vendor());
    const refusal = await refusalOf(vendors.sales({ vendorId: others.vendorId }));
    expect(refusal).toEqual({ mercado: "FORBIDDEN", hint: expect.stringMatching(LEAVE_OUT) });
    expect((await vendors.sales({})).items).toEqual([]);
    expect(await vendors.get({})).toEqual(await vendors.get({ id: vendorId }));
    expect(await vendors.get()).toMatchObject({ id: vendorId });
  });

  test("is not given to a vendor who changes another's item, which has no other name", async () => {
    const { inventory } = callAs(shop, vendor());
    const refusal = await refusalOf(inventory.update({ id: others.itemId, price: "1.00" }));
    expect(refusal).toEqual({ mercado: "FORBIDDEN", hint: expect.not.stringMatching(/the id/) });
  });
});

describe("who has nothing of their own there", () => {
  test.each<Caller>([
    { role: "admin" },
    { role: "anonymous" },
    { role: "customer", customerId: 1 },
  ])("is asked which vendor: %j", async (caller) => {
    const refusal = await refusalOf(callAs(shop, caller).vendor.get());
    expect(refusal.mercado).toBe("INPUT_INVALID");
    expect(refusal.hint).toMatch(/^Name the vendor in id/);
  });

  test("is asked by the name that the procedure gives to the id", async () => {
    const admin = callAs(shop, { role: "admin" });
    expect((await refusalOf(admin.customer.get())).hint).toMatch(/^Name the customer in id/);
    expect((await refusalOf(admin.cart.get())).hint).toMatch(/^Name the customer in userId/);
    expect((await refusalOf(admin.vendor.sales())).hint).toMatch(/^Name the vendor in vendorId/);
  });
});
