import { beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { openLogger } from "../logging/logger.ts";
import { signToken } from "../roles/sign-token.ts";
import { startApi, type Api } from "../server.ts";
import { listItem, signUp } from "../testing.ts";
import { useTestShop } from "../testing/use-test-shop.ts";

const secret = "a secret of more than thirty-two bytes";
const WHOLE = { "content-type": "application/json" };

const shop = useTestShop(async () => {
  await broken.close();
  await api.close();
});
let api: Api;
/** The same shop with a Postgres that it cannot use. */
let broken: Api;
let lines: Record<string, unknown>[] = [];
let admin: string;
let customer: string;
let item: number;
beforeAll(async () => {
  const { postgresUrl, dynamodb } = shop;
  const write = (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>);
  const options = {
    dynamodb,
    authentication: { kind: "secret", secret },
    logger: openLogger("error", { write }),
    limits: { batchSize: 3 },
  } as const;
  api = await startApi({ ...options, postgresUrl });
  const nowhere = new URL(postgresUrl);
  nowhere.pathname = "/no_such_database";
  broken = await startApi({ ...options, postgresUrl: nowhere.href });
  admin = await signToken({ role: "admin" }, { secret });
  item = await listItem(shop, 5);
  customer = await signToken({ role: "customer", customerId: await signUp(shop) }, { secret });
});

interface Call {
  method?: string;
  path: string;
  body?: string;
  headers?: Record<string, string>;
}

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

async function send(url: string, { method = "GET", path, body, headers }: Call): Promise<Answer> {
  const response = await fetch(`${url}/trpc/${path}`, {
    method,
    ...(body === undefined ? {} : { body }),
    headers: { ...WHOLE, "x-request-id": "compared", ...headers },
  });
  const text = await response.text();
  return { status: response.status, headers: Object.fromEntries(response.headers), body: text };
}

/** What a caller can see, except for when it was sent and in how many pieces. */
function seen({ status, headers, body }: Answer) {
  const names = Object.keys(headers).filter((name) => !OWN_TO_EACH.has(name));
  return { status, headers: names.sort().map((name) => [name, headers[name]]), body };
}

const OWN_TO_EACH = new Set(["date", "content-length", "transfer-encoding"]);

/** tRPC's own adapter answers what names an answer's form. */
async function bothWays(url: string, call: Call) {
  const plain = await send(url, call);
  const adapter = await send(url, {
    ...call,
    headers: { ...call.headers, "trpc-accept": "application/json" },
  });
  return { plain, adapter };
}

/** The adapter streams each answer, so that it cannot say how long it is. */
function isPlain({ headers }: Answer): boolean {
  return "content-length" in headers;
}

/** An error of the log without the places that it was thrown at. */
function causeIn(error: unknown) {
  return { ...(error as object), at: [] };
}

const input = (value: unknown) => encodeURIComponent(JSON.stringify(value));
const asAdmin = () => ({ authorization: `Bearer ${admin}` });
const asCustomer = () => ({ authorization: `Bearer ${customer}` });
const post = (path: string, body: string) => ({ method: "POST", path, body });

describe("a plain call is answered to the letter as tRPC's adapter answers it", () => {
  // Sent twice with one id, it is made once.
  const put = () =>
    JSON.stringify({
      lines: [{ itemId: item, quantity: 2 }],
      requestId: "11111111-1111-4111-8111-111111111111",
    });
  const putAtVersion = (expectedVersion: number) =>
    JSON.stringify({ lines: [{ itemId: item, quantity: 2 }], expectedVersion });

  test.each<[what: string, status: number, call: () => Call]>([
    ["a query", 200, () => ({ path: `inventory.get?input=${input({ id: item })}` })],
    [
      "a query that says in other words that it is JSON",
      200,
      () => ({
        path: `inventory.get?input=${input({ id: item })}`,
        headers: { "content-type": "Application/JSON; charset=utf-8" },
      }),
    ],
    [
      "a query whose answer is null",
      200,
      () => ({
        path: `cart.get?input=${input({ guestId: "01890000-0000-4000-8000-000000000000" })}`,
      }),
    ],
    [
      "a mutation",
      200,
      () => ({
        ...post("cart.put", put()),
        headers: asCustomer(),
      }),
    ],
    [
      "a mutation with an empty body",
      400,
      () => ({ ...post("vendor.create", ""), headers: asAdmin() }),
    ],
    ["a missing input", 400, () => ({ path: "inventory.get" })],
    ["an empty input", 400, () => ({ path: "inventory.get?input=" })],
    ["an input that is null", 400, () => ({ path: "inventory.get?input=null" })],
    [
      "an input that is not valid",
      400,
      () => ({ path: `inventory.get?input=${input({ id: "x", more: "é☃" })}` }),
    ],
    [
      "an input that reaches for a prototype",
      400,
      () => ({ path: `inventory.get?input=${encodeURIComponent('{"id":1,"__proto__":{}}')}` }),
    ],
    ["an input that is not JSON", 400, () => ({ path: "inventory.get?input={id:1}" })],
    ["an input that cannot be decoded", 400, () => ({ path: "inventory.get?input=%E0%A4%A" })],
    [
      "the first of two inputs",
      200,
      () => ({ path: `inventory.get?input=${input({ id: item })}&input=${input({ id: 0 })}` }),
    ],
    ["a body that is not JSON", 400, () => ({ ...post("vendor.create", "{"), headers: asAdmin() })],
    ["what is not found", 404, () => ({ path: `inventory.get?input=${input({ id: 999_999 })}` })],
    ["a caller who has to sign in", 401, () => post("vendor.create", "{}")],
    [
      "a caller of another role",
      403,
      () => ({ ...post("vendor.create", "{"), headers: asCustomer() }),
    ],
    [
      "a token that is not good",
      401,
      () => ({
        path: `inventory.get?input=${input({ id: item })}`,
        headers: { authorization: "Bearer x" },
      }),
    ],
    [
      "a conflict",
      409,
      () => ({
        ...post("cart.put", putAtVersion(99)),
        headers: asCustomer(),
      }),
    ],
    [
      "a batch of one",
      200,
      () => ({ path: `inventory.get?batch=1&input=${input({ 0: { id: item } })}` }),
    ],
    [
      "a batch in which some fail",
      207,
      () => ({
        path: `inventory.get,vendor.search,inventory.get?batch=1&input=${input({ 0: { id: item }, 2: { id: 9e5 } })}`,
      }),
    ],
    [
      "a batch that fails as a whole",
      400,
      () => ({ path: `inventory.get,inventory.get?batch=1&input=${input([{ id: item }])}` }),
    ],
    [
      "a batch whose input is not JSON",
      400,
      () => ({ path: "inventory.get,inventory.get?batch=1&input={" }),
    ],
    [
      "a batch of mutations",
      207,
      () => ({
        ...post("cart.remove,cart.change?batch=1", JSON.stringify({ 0: { itemId: 999 }, 1: {} })),
        headers: asCustomer(),
      }),
    ],
    [
      "a batch of a caller whose token is not good",
      401,
      () => ({ path: "inventory.get,vendor.get?batch=1", headers: { authorization: "Bearer x" } }),
    ],
  ])("%s", async (_what, status, call) => {
    const { plain, adapter } = await bothWays(api.url, call());
    expect(seen(plain)).toEqual(seen(adapter));
    expect(plain.status).toBe(status);
    expect([isPlain(plain), isPlain(adapter)]).toEqual([true, false]);
    expect(Number(plain.headers["content-length"])).toBe(Buffer.byteLength(plain.body));
  });

  test("whatever the input is", async () => {
    const paths = ["inventory.get", "inventory.search", "cart.get", "vendor.get,inventory.search"];
    const text = fc.oneof(fc.json(), fc.string(), fc.constant(input({ id: 1 })));
    const call = fc.record({
      path: fc.constantFrom(...paths),
      text,
      batch: fc.constantFrom("1", ""),
    });
    await fc.assert(
      fc.asyncProperty(call, async ({ path, text: value, batch }) => {
        const search = new URLSearchParams({ batch, input: value });
        const { plain, adapter } = await bothWays(api.url, {
          path: `${path}?${search.toString()}`,
        });
        expect(seen(plain)).toEqual(seen(adapter));
      }),
      { numRuns: 60 },
    );
  });

  test("a database that fails is a failure of the shop, and logged once with its procedure", async () => {
    const path = `vendor.search?batch=1&input=${input({ 0: {} })}`;
    const answers: Answer[] = [];
    const logged: unknown[] = [];
    for (const headers of [asAdmin(), { ...asAdmin(), "trpc-accept": "application/json" }]) {
      lines = [];
      answers.push(await send(broken.url, { path, headers }));
      logged.push(lines.map((line) => ({ ...line, time: 0, err: causeIn(line["err"]) })));
    }
    const [plain, adapter] = answers as [Answer, Answer];
    expect([isPlain(plain), isPlain(adapter)]).toEqual([true, false]);
    expect(seen(plain)).toEqual(seen(adapter));
    expect(plain.status).toBeGreaterThanOrEqual(500);
    expect(logged[0]).toEqual(logged[1]);
    expect(logged[0]).toMatchObject([{ path: "vendor.search", requestId: "compared" }]);
  });
});

describe("tRPC's adapter goes on answering", () => {
  test.each<[what: string, status: number, call: () => Call]>([
    ["a procedure that there is not", 404, () => ({ path: "inventory.nothing" })],
    ["a name of every object", 404, () => ({ path: "constructor" })],
    ["a query that is posted", 405, () => post("inventory.get", "{}")],
    ["a mutation that is got", 405, () => ({ path: "vendor.create" })],
    [
      "a batch of too many",
      400,
      () => ({ path: "vendor.get,vendor.get,vendor.get,vendor.get?batch=1" }),
    ],
    ["queries mixed with mutations", 400, () => ({ path: "vendor.get,vendor.create?batch=1" })],
    [
      "a mutation without a content type",
      415,
      () => ({ method: "POST", path: "vendor.create", headers: { "content-type": "" } }),
    ],
    ["a question whether it is there", 204, () => ({ method: "HEAD", path: "vendor.search" })],
    ["connection parameters", 400, () => ({ path: "vendor.search?connectionParams=x" })],
  ])("%s", async (_what, status, call) => {
    const { plain, adapter } = await bothWays(api.url, call());
    expect(seen(plain)).toEqual(seen(adapter));
    expect(plain.status).toBe(status);
  });

  test("a client that wants its batch piece by piece", async () => {
    const path = `inventory.get,vendor.search?batch=1&input=${input({ 0: { id: item } })}`;
    const streamed = { "trpc-accept": "application/jsonl" };
    const answer = await send(api.url, { path, headers: streamed });
    expect(answer.headers["transfer-encoding"]).toBe("chunked");
    expect(answer.body.split("\n").length).toBeGreaterThan(2);
  });
});

test("a caller who has asked too often is told for how long to wait, alone or in a batch", async () => {
  const { postgresUrl, dynamodb } = shop;
  const rates = { read: 2, search: 1, write: 1, checkout: 1, "sign-in": 1 };
  const strict = await startApi({ postgresUrl, dynamodb, serving: { rateLimits: rates } });
  try {
    const path = `vendor.get?batch=1&input=${input({ 0: { id: 1 } })}`;
    await send(strict.url, { path });
    await send(strict.url, { path });
    for (const batch of ["", "?batch=1"]) {
      const { plain, adapter } = await bothWays(strict.url, { path: `vendor.get${batch}` });
      for (const answer of [plain, adapter]) {
        expect(answer.status).toBe(429);
        expect(Number(answer.headers["retry-after"])).toBeGreaterThan(50);
        expect(answer.body).toContain("RATE_LIMITED");
      }
      expect([isPlain(plain), isPlain(adapter)]).toEqual([true, false]);
    }
  } finally {
    await strict.close();
  }
});
