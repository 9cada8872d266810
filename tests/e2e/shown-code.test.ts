import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { openConsumerProject, type ConsumerProject } from "../../api/client/package/testing.ts";
import { createShopClient } from "../../api/client.ts";
import { signToken } from "../../api/roles/sign-token.ts";
import { startApi, type Api } from "../../api/server.ts";
import { listItem, signUp } from "../../api/testing.ts";
import { useTestShop } from "../../api/testing/use-test-shop.ts";
import { planItems, planVendors } from "../../seeds/shoppers/people.ts";

/** The compiler takes some seconds, and several times that on a busy machine. */
const LONG = 180_000;
const SECRET = "a secret of more than thirty-two bytes";
/** With which a demo shops unless it is told otherwise. */
const DEMO = { seed: 42, vendors: 5, itemsPerVendor: 10 };

function shownIn(path: string): string[] {
  const text = readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = ""]) => code);
}

/** The examples of each page, one after the other, and what they leave to the reader. */
const PAGES = {
  "shop-api": () => [
    "const [, , token, adminToken] = process.argv;",
    ...shownIn("docs/shop-api.md"),
  ],
  buy: () =>
    shownIn("README.md")
      .filter((code) => code.includes("./api/client.ts"))
      .map((code) => code.replace("./api/client.ts", "mercado-shop-client")),
  package: () => [
    "declare const idempotencyKey: string, cartVersion: number, expectedTotal: string;",
    ...shownIn("api/client/package/README.md"),
  ],
};

const shop = useTestShop(() => api.close());
let api: Api;
let project: ConsumerProject;
let compiled: string;
beforeAll(async () => {
  const { postgresUrl, dynamodb } = shop;
  const authentication = { kind: "secret", secret: SECRET } as const;
  api = await startApi({ postgresUrl, dynamodb, authentication });
  project = await openConsumerProject();
  const files = Object.entries(PAGES).map(([name, parts]) => {
    const code = parts().join("\n");
    return [
      `${name}.ts`,
      code.replace(/https?:\/\/(shop\.example\.com|127\.0\.0\.1:8000)/g, api.url),
    ];
  });
  compiled = await project.compile(Object.fromEntries(files) as Record<string, string>);
}, LONG);
afterAll(() => {
  project.remove();
});

async function customerWithToken() {
  const customerId = await signUp(shop);
  const token = await signToken({ role: "customer", customerId }, { secret: SECRET });
  return { customerId, token, client: createShopClient({ url: api.url, token }) };
}

describe("code that the pages show", () => {
  test("compiles as it stands", () => {
    expect(compiled).toBe("");
  });

  test("buys what is in the cart and gives it back, as docs/shop-api.md says", async () => {
    const { token, client } = await customerWithToken();
    const adminToken = await signToken({ role: "admin" }, { secret: SECRET });
    await client.cart.add.mutate({ itemId: await listItem(shop, 9), quantity: 3 });
    await project.run(["shop-api.js", token, adminToken]);
    const { items } = await client.transaction.history.query();
    const units = items.map(({ kind, lines }) => [kind, ...lines.map(({ quantity }) => quantity)]);
    expect(units).toEqual([
      ["refund", -1],
      ["refund", -2],
      ["sale", 3],
    ]);
  });

  test("finds in the demo's shop what README.md looks for, buys it, and says so", async () => {
    const { seed, vendors, itemsPerVendor } = DEMO;
    for (const [index, plan] of planVendors(seed, vendors).entries()) {
      const { id: vendorId } = await shop.client.vendor.create.mutate(plan);
      for (const item of planItems(seed, index, itemsPerVendor)) {
        await shop.client.inventory.create.mutate({ vendorId, ...item });
      }
    }
    const { token, client } = await customerWithToken();
    const printed = await project.run(["buy.js"], { TOKEN: token });
    const { items } = await client.transaction.history.query();
    const [bought] = items;
    expect(items).toHaveLength(1);
    expect(bought?.lines).toMatchObject([
      { itemName: expect.stringMatching(/Shoes$/), quantity: 2 },
    ]);
    for (const said of [bought!.transactionId, bought!.totalPrice, bought!.lines[0]!.itemName]) {
      expect(printed).toContain(said);
    }
  });
});
