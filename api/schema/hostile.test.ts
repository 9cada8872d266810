import { beforeAll, describe, expect, test } from "@jest/globals";
import { EXAMPLES } from "../openapi/examples.ts";
import { listProcedures, type JsonSchema, type ProcedureFacts } from "../openapi/json-schema.ts";
import { sql } from "../postgres/pool.ts";
import { listItem, signUp } from "../testing.ts";
import { useTestShop } from "../testing/use-test-shop.ts";

const PROCEDURES = listProcedures().filter(({ input }) => input !== undefined);
const AT_ONCE = 10;

const shop = useTestShop();
beforeAll(async () => {
  await signUp(shop);
  await listItem(shop, 1_000);
});

interface Answer {
  status: number;
  text: string;
}

async function call({ path, type }: ProcedureFacts, json: string): Promise<Answer> {
  const url = `${shop.url}/trpc/${path}`;
  const response = await (type === "query"
    ? fetch(`${url}?input=${encodeURIComponent(json)}`)
    : fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: json }));
  return { status: response.status, text: await response.text() };
}

/** An input that the procedure takes, as JSON, with `json` in the place of one field. */
function withField(example: unknown, field: readonly string[], json: string): string {
  const copy = structuredClone(example ?? {}) as Record<string, unknown>;
  let node = copy;
  for (const name of field.slice(0, -1)) node = node[name] as Record<string, unknown>;
  node[field.at(-1)!] = "@@";
  return JSON.stringify(copy).replace('"@@"', () => json);
}

/** Every field of the input, also those of the first line of a list. */
function fieldsOf(schema: JsonSchema, example: unknown): string[][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const value = (example as Record<string, unknown> | undefined)?.[name];
    if (property.type !== "array" || !Array.isArray(value)) return [[name]];
    const nested = fieldsOf(property["items"] as JsonSchema, value[0]);
    return [[name], ...nested.map((field) => [name, "0", ...field])];
  });
}

async function inTurns<Task>(tasks: readonly Task[], work: (task: Task) => Promise<void>) {
  for (let start = 0; start < tasks.length; start += AT_ONCE) {
    await Promise.all(tasks.slice(start, start + AT_ONCE).map(work));
  }
}

/** JSON texts that no field takes. */
const NEVER: readonly [name: string, json: string][] = [
  ["an object", '{"a":1}'],
  ["a list of lists", "[[[]]]"],
  ["a long text", JSON.stringify("x".repeat(5_000))],
  ["a NUL", String.raw`"a\u0000b"`],
  ["half a character", String.raw`"\ud800"`],
  ["infinity", "1e999"],
  ["minus infinity", "-1e999"],
  ["a prototype", '{"__proto__":{"admin":true}}'],
  ["nesting", `${"[".repeat(20)}${"]".repeat(20)}`],
];

/** JSON texts that some fields take, and that none may choke on. */
const PERHAPS: readonly string[] = [
  "null",
  "true",
  "-1",
  "0",
  "1.5",
  "9007199254740993",
  "2147483648",
  "-2147483649",
  '""',
  '"   "',
  '"NaN"',
  '"-0"',
  '"١٢"',
  '"1e3"',
  '"00000000000000000001"',
  JSON.stringify("\u202eevil\u200b\ufeff"),
  JSON.stringify("👩‍👩‍👧‍👦é"),
  JSON.stringify("%_\\%"),
];

function expectRefused(answer: Answer, context: unknown): void {
  expect([context, answer.status, answer.text.slice(0, 300)]).toEqual([
    context,
    400,
    expect.stringContaining('"message":"'),
  ]);
  expect(answer.text).toContain('"mercado":"INPUT_INVALID"');
  expect(answer.text.length).toBeLessThan(20_000);
}

function expectNoFault(answer: Answer, context: unknown): void {
  expect([context, answer.status < 500, answer.text.slice(0, 300)]).toEqual([
    context,
    true,
    expect.any(String),
  ]);
  expect(answer.text).not.toMatch(/syntax error|relation "|node_modules|DynamoDB/);
}

describe.each(PROCEDURES.map((facts) => [facts.path, facts] as const))("%s", (path, facts) => {
  const example = EXAMPLES[path]?.input;
  const fields = fieldsOf(facts.input!, example);

  test("refuses in every field what cannot be meant", async () => {
    const tasks = fields.flatMap((field) => NEVER.map(([name, json]) => ({ field, name, json })));
    await inTurns(tasks, async ({ field, name, json }) => {
      const answer = await call(facts, withField(example, field, json));
      expectRefused(answer, [field.join("."), name]);
    });
  });

  test("does not choke on odd values", async () => {
    const tasks = fields.flatMap((field) => PERHAPS.map((json) => ({ field, json })));
    await inTurns(tasks, async ({ field, json }) => {
      const answer = await call(facts, withField(example, field, json));
      expectNoFault(answer, [field.join("."), json]);
    });
  });

  test("refuses what it does not know, and what is no object", async () => {
    const odd = JSON.stringify(example ?? {}).slice(1, -1);
    const more = (extra: string) => `{${odd}${odd === "" ? "" : ","}${extra}}`;
    const inputs = [
      more('"extra":1'),
      more('"__proto__":{"admin":true}'),
      more('"constructor":{"prototype":{"admin":true}}'),
      more('"toString":1'),
      "[]",
      '"text"',
      "7",
      "null",
    ];
    await inTurns(inputs, async (json) => {
      expectRefused(await call(facts, json), json);
    });
    expect(({} as Record<string, unknown>)["admin"]).toBeUndefined();
  });

  const lists = fields
    .filter(([name, ...rest]) => {
      return rest.length === 0 && facts.input?.properties?.[name!]?.type === "array";
    })
    .map(([name]) => name!);
  if (lists.length === 0) return;

  test.each(lists)("is not worn out by a hundred thousand %s", async (name) => {
    const json = withField(example, [name], `[${"0,".repeat(100_000)}0]`);
    const start = performance.now();
    expectRefused(await call(facts, json), name);
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});

const INJECTIONS = [
  "'; drop table customer cascade; --",
  "' or '1'='1",
  "\\'; select pg_sleep(20); --",
  "$1); truncate inventory cascade; --",
  '"; drop table vendor cascade; --',
  "%' union select email from customer --",
];

test("SQL in any text of any procedure is only text", async () => {
  const customerId = await signUp(shop);
  const itemId = await listItem(shop, 77, "7.77");
  const state = async () => ({
    customer: (await shop.pool.query(
      sql`select * from customer where id = ${customerId}`,
    )) as unknown,
    item: (await shop.pool.query(sql`select * from inventory where id = ${itemId}`)) as unknown,
    vendors: (await shop.pool.query(
      sql`select vendor.* from vendor join inventory on inventory.vendor_id = vendor.id where inventory.id = ${itemId}`,
    )) as unknown,
    tables: (await shop.pool.query(
      sql`select table_name from information_schema.tables where table_schema = 'public' order by 1`,
    )) as unknown,
  });
  const before = await state();
  for (const facts of PROCEDURES) {
    const example = EXAMPLES[facts.path]?.input;
    const tasks = fieldsOf(facts.input!, example).flatMap((field) =>
      INJECTIONS.map((text) => ({ field, json: JSON.stringify(text) })),
    );
    await inTurns(tasks, async ({ field, json }) => {
      const start = performance.now();
      const answer = await call(facts, withField(example, field, json));
      expectNoFault(answer, [facts.path, field.join("."), json]);
      expect(performance.now() - start).toBeLessThan(10_000);
    });
  }
  expect(await state()).toEqual(before);
  const searched = await shop.client.customer.search.query({ name: "' or '1'='1" });
  expect(searched.items.map(({ id }) => id)).not.toContain(customerId);
}, 120_000);
