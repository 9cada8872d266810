import { beforeAll, describe, expect, test } from "@jest/globals";
import { startApi, type Api } from "../server.ts";
import { listItem, signUp } from "../testing.ts";
import { useTestShop } from "../testing/use-test-shop.ts";
import type { SignedIn } from "./claims.ts";
import { signToken } from "./sign-token.ts";

const secret = "the secret of a shop that is on the internet";
const shop = useTestShop(() => api.close());
let api: Api;
let userId: number;
let itemId: number;
beforeAll(async () => {
  userId = await signUp(shop);
  itemId = await listItem(shop, 10);
  const { postgresUrl, dynamodb } = shop;
  api = await startApi({ postgresUrl, dynamodb, authentication: { kind: "secret", secret } });
});

async function headersOf(caller?: SignedIn | string): Promise<Record<string, string>> {
  if (caller === undefined) return {};
  const token = typeof caller === "string" ? caller : await signToken(caller, { secret });
  return { authorization: `Bearer ${token}` };
}

async function query(path: string, input: unknown, caller?: SignedIn | string) {
  const encoded = encodeURIComponent(JSON.stringify(input));
  const headers = await headersOf(caller);
  return fetch(`${api.url}/trpc/${path}?input=${encoded}`, { headers });
}

async function mercadoOf(response: Response): Promise<string | undefined> {
  const body = (await response.json()) as { error?: { data: { mercado: string } } };
  return body.error?.data.mercado;
}

describe("a shop with a key", () => {
  test("lets everybody browse, and nobody without a token near a cart", async () => {
    expect((await query("inventory.get", { id: itemId })).status).toBe(200);
    const cart = await query("cart.get", { userId });
    expect([cart.status, await mercadoOf(cart)]).toEqual([401, "UNAUTHORIZED"]);
  });

  test("takes a customer without a userId at the word of the token", async () => {
    const caller: SignedIn = { role: "customer", customerId: userId };
    const lines = [{ itemId, quantity: 2 }];
    const put = await fetch(`${api.url}/trpc/cart.put`, {
      method: "POST",
      headers: { "content-type": "application/json", ...(await headersOf(caller)) },
      body: JSON.stringify({ lines }),
    });
    expect(put.status).toBe(200);
    const cart = await query("cart.get", {}, caller);
    expect(await cart.json()).toMatchObject({ result: { data: { userId, lines } } });
  });

  test("refuses another customer's cart, and a role that is not for it, with 403", async () => {
    const stranger: SignedIn = { role: "customer", customerId: userId + 1 };
    const cart = await query("cart.get", { userId }, stranger);
    expect([cart.status, await mercadoOf(cart)]).toEqual([403, "FORBIDDEN"]);
    const vendor = await query("cart.get", { userId }, { role: "vendor", vendorId: userId });
    expect([vendor.status, await mercadoOf(vendor)]).toEqual([403, "FORBIDDEN"]);
  });

  test("asks an admin who names no customer for one", async () => {
    const cart = await query("cart.get", {}, { role: "admin" });
    expect([cart.status, await mercadoOf(cart)]).toEqual([400, "INPUT_INVALID"]);
  });

  test("refuses a bad token even where none is needed: its bearer believes to be somebody", async () => {
    const item = await query("inventory.get", { id: itemId }, "not.a.token");
    expect([item.status, await mercadoOf(item)]).toEqual([401, "TOKEN_INVALID"]);
  });
});
