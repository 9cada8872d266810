import { expect, test } from "@jest/globals";
import { createShopClient } from "../client.ts";
import { signToken } from "../roles/sign-token.ts";
import { startApi, type Api } from "../server.ts";
import { failureOf } from "../testing.ts";
import { useTestShop } from "../testing/use-test-shop.ts";
import { RATE_LIMITS, rateClassOf, type RateLimits } from "./rate-limits.ts";

const authentication = {
  kind: "secret",
  secret: "a secret of more than thirty-two bytes",
} as const;

const shop = useTestShop();

async function withLimits(
  limits: Partial<RateLimits>,
  work: (api: Api) => Promise<void>,
  trustProxy: string[] = [],
): Promise<void> {
  const { postgresUrl, dynamodb } = shop;
  const serving = { rateLimits: { ...RATE_LIMITS, ...limits }, trustProxy };
  const api = await startApi({ postgresUrl, dynamodb, authentication, serving });
  try {
    await work(api);
  } finally {
    await api.close();
  }
}

function clientOf(api: Api, token?: string) {
  return createShopClient({ url: api.url, retries: 0, ...(token === undefined ? {} : { token }) });
}

function tokenOf(customerId: number): Promise<string> {
  return signToken({ role: "customer", customerId }, { secret: authentication.secret });
}

test("each call of a batch counts, and the ones too many are refused, each by itself", async () => {
  await withLimits({ search: 3 }, async (api) => {
    const client = clientOf(api);
    const search = () => failureOf(client.vendor.search.query({}));
    const outcomes = await Promise.all(Array.from({ length: 5 }, search));
    expect(outcomes.sort()).toEqual([
      "RATE_LIMITED",
      "RATE_LIMITED",
      "no failure",
      "no failure",
      "no failure",
    ]);
  });
});

test("the refusal says for how long, in tRPC as over REST", async () => {
  await withLimits({ read: 1 }, async (api) => {
    await fetch(`${api.url}/vendors/1`);
    for (const path of ["/vendors/1", `/trpc/vendor.get?input=${encodeURIComponent('{"id":1}')}`]) {
      const answer = await fetch(`${api.url}${path}`);
      expect(answer.status).toBe(429);
      expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
      expect(Number(answer.headers.get("retry-after"))).toBeLessThanOrEqual(60);
      expect(await answer.text()).toContain('"mercado":"RATE_LIMITED"');
    }
  });
});

test("callers are counted apart, and kinds of procedures, too", async () => {
  await withLimits({ read: 2 }, async (api) => {
    const [first, second] = [await tokenOf(1), await tokenOf(2)];
    const read = (token: string) => failureOf(clientOf(api, token).cart.get.query({}));
    expect(await read(first)).toBe("no failure");
    expect(await read(first)).toBe("no failure");
    expect(await read(first)).toBe("RATE_LIMITED");
    expect(await read(second)).toBe("no failure");
    expect(await failureOf(clientOf(api, first).vendor.search.query({}))).toBe("no failure");
  });
});

test("a procedure with a limit of its own is counted by itself, and with its kind", async () => {
  await withLimits({ search: 3, procedures: { "vendor.search": 1 } }, async (api) => {
    const client = clientOf(api, await tokenOf(1));
    const vendors = () => failureOf(client.vendor.search.query({}));
    const items = () => failureOf(client.inventory.search.query({}));
    expect([await vendors(), await vendors()]).toEqual(["no failure", "RATE_LIMITED"]);
    expect([await items(), await items()]).toEqual(["no failure", "RATE_LIMITED"]);
  });
});

test("a limit of a procedure that the shop does not have keeps it from starting", async () => {
  const started = withLimits({ procedures: { "vendor.serach": 1 } }, () => Promise.resolve());
  await expect(started).rejects.toMatchObject({
    code: "API_SETTING_INVALID",
    message: expect.stringContaining("vendor.serach"),
    hint: expect.stringContaining("vendor.search"),
  });
});

test("whoever guesses tokens is stopped, and whoever calls without one is not", async () => {
  await withLimits({ "sign-in": 2 }, async (api) => {
    const guess = () => failureOf(clientOf(api, "a.b.c").vendor.search.query({}));
    expect([await guess(), await guess(), await guess()]).toEqual([
      "TOKEN_INVALID",
      "TOKEN_INVALID",
      "RATE_LIMITED",
    ]);
    expect(await failureOf(clientOf(api).vendor.search.query({}))).toBe("no failure");
    const token = await tokenOf(1);
    expect(await failureOf(clientOf(api, token).vendor.search.query({}))).toBe("no failure");
  });
});

test("an address behind a proxy is believed only of a proxy that is named", async () => {
  const search = async (api: Api, address: string) =>
    (await fetch(`${api.url}/vendors/`, { headers: { "x-forwarded-for": address } })).status;
  await withLimits({ search: 1 }, async (api) => {
    expect([await search(api, "198.51.100.1"), await search(api, "198.51.100.2")]).toEqual([
      200, 429,
    ]);
  });
  await withLimits(
    { search: 1 },
    async (api) => {
      expect([await search(api, "198.51.100.1"), await search(api, "198.51.100.2")]).toEqual([
        200, 200,
      ]);
      expect(await search(api, "198.51.100.2")).toBe(429);
    },
    ["127.0.0.1"],
  );
});

test("without a key nobody is throttled", async () => {
  const searches = Array.from({ length: RATE_LIMITS.search + 10 }, () => ({ limit: 1 }));
  const outcomes = await Promise.all(
    searches.map((input) => failureOf(shop.client.vendor.search.query(input))),
  );
  expect(new Set(outcomes)).toEqual(new Set(["no failure"]));
});

test.each([
  ["vendor.get", "query", "read"],
  ["inventory.search", "query", "search"],
  ["transaction.history", "query", "search"],
  ["vendor.customers", "query", "search"],
  ["cart.put", "mutation", "write"],
  ["checkout.create", "mutation", "checkout"],
  ["transaction.refund", "mutation", "checkout"],
] as const)("%s (%s) counts as %s", (path, type, expected) => {
  expect(rateClassOf(path, type)).toBe(expected);
});
