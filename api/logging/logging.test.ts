import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, expect, test } from "@jest/globals";
import { sql } from "../postgres/pool.ts";
import { signToken } from "../roles/sign-token.ts";
import { startApi, type Api } from "../server.ts";
import { useTestShop } from "../testing/use-test-shop.ts";
import { describeError } from "./describe-error.ts";
import { openLogger } from "./logger.ts";

const SECRET = "a secret of more than thirty-two bytes";
/** Whatever is private in this file contains it. */
const PRIVATE = /zebedee/i;
const EMAIL = "zebedee@example.com";

const shop = useTestShop(() => api.close());
let api: Api;
let token: string;
let lines: string[] = [];
let calls = 0;
beforeAll(async () => {
  const { postgresUrl, dynamodb } = shop;
  const logger = openLogger("debug", { write: (line: string) => lines.push(line) });
  const authentication = { kind: "secret", secret: SECRET } as const;
  api = await startApi({ postgresUrl, dynamodb, authentication, logger });
  token = await signToken({ role: "admin" }, { secret: SECRET });
});

interface Sent {
  body?: unknown;
  raw?: string;
  headers?: Record<string, string>;
}

async function call(path: string, { body, raw, headers = {} }: Sent = {}): Promise<string> {
  const text = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  calls += 1;
  const response = await fetch(`${api.url}${path}`, {
    ...(text === undefined ? {} : { method: "POST", body: text }),
    headers: { "content-type": "application/json", authorization: `Bearer ${token}`, ...headers },
  });
  return response.text();
}

const customer = { firstName: "Zebedee", lastName: "Zebedeeson", email: EMAIL };

interface Line {
  msg: string;
  level: string;
  [field: string]: unknown;
}

/** What `work` makes the service log. */
async function logOf(work: () => Promise<unknown>): Promise<Line[]> {
  lines = [];
  calls = 0;
  await work();
  const written = () => lines.map((line) => JSON.parse(line) as Line);
  // The line of a request is written when its answer has been sent.
  while (written().filter(({ msg }) => msg === "request").length < calls) await sleep(10);
  return written();
}

test("a request is one line, with who called what and how it went, and nothing of what was sent", async () => {
  const input = encodeURIComponent(JSON.stringify({ email: EMAIL }));
  const log = await logOf(() =>
    call(`/trpc/customer.byEmail,${EMAIL}?batch=1&input=${input}`, {
      headers: { "x-request-id": "look-1" },
    }),
  );
  expect(log).toEqual([
    {
      level: "info",
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      requestId: "look-1",
      traceId: expect.stringMatching(/^[\da-f]{32}$/),
      method: "GET",
      route: "/trpc/:path",
      procedures: ["customer.byEmail"],
      status: 207,
      ms: expect.any(Number),
      caller: "admin",
      msg: "request",
    },
  ]);
});

test("neither names, emails, tokens nor a database's text are logged, however a request goes wrong", async () => {
  const log = await logOf(async () => {
    const created = await call("/trpc/customer.create", { body: customer });
    const { id } = (JSON.parse(created) as { result: { data: { id: number } } }).result.data;
    expect(await call("/trpc/customer.create", { body: customer })).toContain("EMAIL_TAKEN");
    await call("/customers/", { body: { first_name: "Zebedee", last_name: "Z", email: EMAIL } });
    await call("/trpc/customer.create", { body: { ...customer, email: "zebedee", zebedee: 1 } });
    await call("/trpc/customer.create", { raw: '{"email":"zebedee@example.com",' });
    await call("/customers/", { raw: '{"email":"zebedee@example.com",' });
    await call(`/customers/?email=${EMAIL}`);
    await call(`/zebedee/${EMAIL}`);
    await call(`/trpc/${EMAIL}`);
    await call(`/%zz${EMAIL}`);
    await call("/trpc/customer.get", { headers: { "x-request-id": EMAIL, traceparent: EMAIL } });
    await call("/trpc/customer.get", { headers: { authorization: `Bearer zebedee.${token}` } });
    const lines = [{ itemId: 999_999, quantity: 1 }];
    await call("/trpc/cart.put", { body: { userId: id, lines } });
    await shop.pool.query(
      sql`alter table customer add constraint zebedee_check check (email <> 'zebedee2@example.com')`,
    );
    const refused = await call("/trpc/customer.create", {
      body: { ...customer, email: "zebedee2@example.com" },
    });
    expect(refused).toContain('"mercado":"INTERNAL"');
    expect(refused).not.toMatch(/zebedee|constraint|violates/);
    await shop.pool.query(sql`alter table customer drop constraint zebedee_check`);
    await shop.pool.query(sql`alter table customer rename to customer_away`);
    await call("/customers/", { body: { first_name: "Zebedee", last_name: "Z", email: EMAIL } });
    await call(
      `/trpc/customer.byEmail?input=${encodeURIComponent(JSON.stringify({ email: EMAIL }))}`,
    );
    await shop.pool.query(sql`alter table customer_away rename to customer`);
  });
  const requests = log.filter(({ msg }) => msg === "request");
  const failures = log.filter(({ level }) => level === "error");
  expect(requests.map(({ status }) => status)).toEqual([
    200, 409, 409, 400, 400, 400, 200, 404, 404, 400, 400, 401, 404, 500, 500, 500,
  ]);
  expect(failures).toHaveLength(3);
  expect(failures[0]).toMatchObject({
    err: { code: "23514", constraint: "zebedee_check", table: "customer" },
  });
  for (const { err, requestId } of failures) {
    const { at } = err as { at: string[] };
    expect(requestId).toMatch(/^[\da-f-]{36}$/);
    expect(at.join()).toMatch(/api\/postgres\/customers\.ts|@databases|pg/);
  }
  const text = JSON.stringify(log).replaceAll("zebedee_check", "");
  expect(text).not.toMatch(PRIVATE);
  expect(text).not.toMatch(/example\.com|violates|select |insert |eyJ|secret/i);
});

test("a call that names a person by mistake would not show them", () => {
  const written: string[] = [];
  const logger = openLogger("info", { write: (line: string) => written.push(line) });
  logger.info({ email: EMAIL, customer, headers: { authorization: EMAIL } }, "oops");
  expect(written.join()).toContain("[private]");
  expect(written.join()).not.toMatch(PRIVATE);
});

test("an error of our own, and one of the network, keep their messages", () => {
  expect(describeError(new Error("transaction 7 is confirmed but not in DynamoDB"))).toMatchObject({
    name: "Error",
    message: "transaction 7 is confirmed but not in DynamoDB",
    at: expect.arrayContaining([expect.stringContaining("logging.test.ts")]),
  });
  const refused = Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:1"), {
    code: "ECONNREFUSED",
  });
  expect(describeError(new Error("outer", { cause: refused })).cause).toMatchObject({
    code: "ECONNREFUSED",
    message: "connect ECONNREFUSED 127.0.0.1:1",
  });
});
