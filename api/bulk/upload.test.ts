import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "@jest/globals";
import { startApi } from "../server.ts";
import { sql } from "../postgres/pool.ts";
import { signToken } from "../roles/sign-token.ts";
import { buyCart, putCart } from "../testing.ts";
import { useTestShop } from "../testing/use-test-shop.ts";
import { openService, variablesFor } from "../testing-process.ts";

const shop = useTestShop();

async function newVendor(): Promise<number> {
  return (await shop.client.vendor.create.mutate({ vendorName: "Bulk", region: "PH" })).id;
}

interface Sent {
  key?: string;
  allOrNothing?: boolean;
  type?: string;
  url?: string | undefined;
  token?: string;
}

interface Answered {
  status: number;
  answer: Record<string, unknown>;
}

async function send(
  vendorId: number | undefined,
  body: string,
  sent: Sent = {},
): Promise<Answered> {
  const query = new URLSearchParams();
  if (vendorId !== undefined) query.set("vendor_id", String(vendorId));
  if (sent.allOrNothing !== undefined) query.set("all_or_nothing", String(sent.allOrNothing));
  const response = await fetch(`${sent.url ?? shop.url}/inventory/bulk?${query.toString()}`, {
    method: "POST",
    headers: {
      "content-type": sent.type ?? "text/csv",
      ...(sent.key === undefined ? {} : { "idempotency-key": sent.key }),
      ...(sent.token === undefined ? {} : { authorization: `Bearer ${sent.token}` }),
    },
    body,
  });
  return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
}

async function itemsOf(vendorId: number) {
  const { items } = await shop.client.inventory.search.query({ vendorId, limit: 200 });
  return items.map(({ sku, itemName, category, price, stock }) => [
    sku,
    itemName,
    category,
    price,
    stock,
  ]);
}

const csv = (...lines: string[]) => ["sku,item_name,category,price,stock", ...lines, ""].join("\n");

/** An upload whose client sends `first`, and `rest` when it is told to finish. */
function beginUpload(vendorId: number, first: string, rest: string) {
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  async function* slow() {
    yield Buffer.from(first);
    await finished;
    yield Buffer.from(rest);
  }
  const options = {
    method: "POST",
    headers: { "content-type": "text/csv" },
    body: slow(),
    duplex: "half",
  };
  const upload = fetch(`${shop.url}/inventory/bulk?vendor_id=${vendorId}`, options as RequestInit);
  return { upload, finish };
}

async function untilUploading(count: number): Promise<void> {
  for (let look = 0; look < 400; look += 1) {
    const uploading = await shop.pool.query(
      sql`select 1 from pg_stat_activity
          where state = 'idle in transaction' and query like '%upload_line%'`,
    );
    if (uploading.length === count) return;
    await sleep(20);
  }
  throw new Error(`there are no ${count} uploads under way`);
}

describe("an upload", () => {
  test("lists its lines, takes a known code for a change, and leaves alone what is as it was", async () => {
    const vendorId = await newVendor();
    const first = await send(vendorId, csv("A,Chair,1,12.50,5", "B,Lamp,2,3,", ",Hook,3,0.10,7"));
    const none = { rejected: 0, rejects: [] };
    expect(first).toEqual({
      status: 201,
      answer: { lines: 3, created: 3, updated: 0, unchanged: 0, ...none },
    });
    expect(await itemsOf(vendorId)).toEqual([
      ["A", "Chair", 1, "12.50", 5],
      ["B", "Lamp", 2, "3.00", 1_000_000],
      [null, "Hook", 3, "0.10", 7],
    ]);
    const second = await send(vendorId, csv("B,Lamp,2,4.00,", "A,Chair,1,12.5,5", "C,Rug,1,1,1"));
    expect(second.answer).toEqual({ lines: 3, created: 1, updated: 1, unchanged: 1, ...none });
    expect((await itemsOf(vendorId))[1]).toEqual(["B", "Lamp", 2, "4.00", 1_000_000]);
    const [lamp] = (await shop.client.inventory.search.query({ vendorId, itemName: "Lamp" })).items;
    const { items: changes } = await shop.client.inventory.changes.query({ id: lamp!.id });
    expect(changes).toMatchObject([
      {
        change: "changed",
        oldPrice: "3.00",
        newPrice: "4.00",
        actor: "admin",
        reason: "bulk upload",
      },
      { change: "created", actor: "admin", reason: "bulk upload" },
    ]);
    const [found] = (await shop.client.inventory.search.query({ vendorId, query: "rugs" })).items;
    expect(found?.sku).toBe("C");
  });

  test("of JSON lines is the same as of CSV", async () => {
    const [one, other] = [await newVendor(), await newVendor()];
    await send(one, csv("A,Chair,1,12.50,5", ",Lamp,2,3,"));
    const lines = [
      { sku: "A", item_name: "Chair", category: 1, price: "12.50", stock: 5 },
      { item_name: "Lamp", category: "2", price: 3 },
    ];
    const ndjson = lines.map((line) => JSON.stringify(line)).join("\n");
    await send(other, ndjson, { type: "application/x-ndjson; charset=utf-8" });
    expect(await itemsOf(other)).toEqual(await itemsOf(one));
  });

  const mixed = csv(
    "A,Chair,1,12.50,5",
    "A,Again,1,1,1",
    "B,,1,1,1",
    "C,Rug,1,-1,1.5",
    "D,Lamp,1,1,1",
  );

  test("names each line that it rejects and takes the others", async () => {
    const vendorId = await newVendor();
    const { status, answer } = await send(vendorId, mixed);
    expect(status).toBe(201);
    expect(answer).toMatchObject({ lines: 5, created: 2, rejected: 3 });
    expect(answer["rejects"]).toEqual([
      { line: 3, reason: "sku: stands on an earlier line" },
      { line: 4, reason: expect.stringMatching(/^item_name: /) },
      { line: 5, reason: expect.stringMatching(/^price: .*; stock: /) },
    ]);
    expect((await itemsOf(vendorId)).map(([sku]) => sku)).toEqual(["A", "D"]);
  });

  test("of all or nothing takes nothing when a line is bad, and says which", async () => {
    const vendorId = await newVendor();
    const { status, answer } = await send(vendorId, mixed, { allOrNothing: true });
    expect(status).toBe(422);
    expect(answer).toMatchObject({ mercado: "UPLOAD_REFUSED", details: { lines: 5, rejected: 3 } });
    expect(await itemsOf(vendorId)).toEqual([]);
  });

  test("lists a thousand rejected lines and counts them all", async () => {
    const { answer } = await send(await newVendor(), csv(...Array<string>(2_500).fill("x,,1,1,1")));
    expect(answer).toMatchObject({ lines: 2_500, rejected: 2_500, created: 0 });
    expect(answer["rejects"]).toHaveLength(1_000);
  });

  test("with the same key is answered as the first time and done once, also when two come at once", async () => {
    const vendorId = await newVendor();
    const body = csv(",Chair,1,12.50,5");
    const answers = await Promise.all([1, 2].map(() => send(vendorId, body, { key: "k" })));
    answers.push(await send(vendorId, body, { key: "k" }));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await itemsOf(vendorId)).toHaveLength(1);
    const other = await send(vendorId, csv(",Lamp,1,1,1"), { key: "k" });
    expect(other).toMatchObject({ status: 409, answer: { mercado: "IDEMPOTENCY_KEY_REUSED" } });
    const refused = await send(vendorId, mixed, { key: "r", allOrNothing: true });
    expect(await send(vendorId, mixed, { key: "r", allOrNothing: true })).toEqual(refused);
  });

  test.each([
    ["price,item_name,category\n", 201, undefined],
    ["price,item_name\nChair,1\n", 400, "INPUT_INVALID"],
    ["", 400, "INPUT_INVALID"],
    ["a,a\n", 400, "INPUT_INVALID"],
  ])("%j is answered with %i", async (body, status, mercado) => {
    const answered = await send(await newVendor(), body);
    expect(answered.status).toBe(status);
    expect(answered.answer["mercado"]).toBe(mercado);
  });

  test("counts every line after one that is too long or whose quote is never closed", async () => {
    const good = Array.from({ length: 10 }, (_, index) => `,Chair ${index},1,1.00,5`);
    const damaged = csv(",Lamp,1,1,1", "x".repeat(70_000), ...good, '"open,1,1.00', ...good);
    expect(await send(await newVendor(), damaged)).toMatchObject({
      status: 201,
      answer: {
        created: 21,
        lines: 23,
        rejected: 2,
        rejects: [
          { line: 3, reason: "the line is longer than 65536 bytes" },
          { line: 14, reason: "a quote opens here and is never closed" },
        ],
      },
    });
    const { answer } = await send(await newVendor(), damaged, { allOrNothing: true });
    expect(answer["message"]).toBe("2 of 23 lines are not good, so none was taken.");
  });

  test("of a file that names no items is refused at once, with the columns that it needs", async () => {
    const answered = await send(await newVendor(), "item_name;category;price\nChair;1;1.00\n");
    expect(answered).toMatchObject({ status: 400, answer: { mercado: "INPUT_INVALID" } });
    expect(answered.answer["message"]).toContain("semicolons");
    expect(answered.answer["hint"]).toContain("item_name, category, price are needed");
  });

  test.each(["application/json", "application/x-www-form-urlencoded", "nonsense"])(
    "of the type %s is told which types this path reads",
    async (type) => {
      const { status, answer } = await send(await newVendor(), "[]", { type });
      expect([status, answer["mercado"]]).toEqual([415, "INPUT_INVALID"]);
      expect(answer["hint"]).toContain("text/csv or application/x-ndjson");
    },
  );

  test.each(["allOrNothing=true", "vendorId=1"])(
    "asked for with ?%s is told that name",
    async (query) => {
      const response = await fetch(`${shop.url}/inventory/bulk?${query}`, {
        method: "POST",
        headers: { "content-type": "text/csv" },
        body: csv(",Chair,1,1,1"),
      });
      const [name] = query.split("=");
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({
        message: `There is no field ${name}: names are in snake_case.`,
        details: { issues: [{ path: name }] },
      });
    },
  );

  test("for a vendor who is not there, archived, or of another type, is refused", async () => {
    expect((await send(999_999, csv("A,B,1,1,1"))).answer["mercado"]).toBe("VENDOR_NOT_FOUND");
    const vendorId = await newVendor();
    expect((await send(vendorId, "[]", { type: "application/json" })).status).toBe(415);
    expect((await send(undefined, csv())).answer["mercado"]).toBe("INPUT_INVALID");
    expect((await send(vendorId, csv(), { key: "with blank" })).answer["mercado"]).toBe(
      "INPUT_INVALID",
    );
    await shop.client.vendor.archive.mutate({ id: vendorId });
    expect((await send(vendorId, csv("A,B,1,1,1"))).answer["mercado"]).toBe("VENDOR_NOT_FOUND");
  });

  test("does not lose what shoppers buy meanwhile, nor wait with their items while it arrives", async () => {
    const vendorId = await newVendor();
    await send(vendorId, csv("A,Chair,1,1.00,100", "B,Lamp,1,1.00,100"));
    const [chair] = (await shop.client.inventory.search.query({ vendorId })).items;
    const userId = await putCart(shop, chair!.id, 3);
    const { upload, finish } = beginUpload(vendorId, csv("A,Chair,2,1.00,"), "B,Lamp,1,2.00,50\n");
    await buyCart(shop, userId, "meanwhile");
    finish();
    expect(await (await upload).json()).toMatchObject({ updated: 2, rejected: 0 });
    expect(await itemsOf(vendorId)).toEqual([
      ["A", "Chair", 2, "1.00", 97],
      ["B", "Lamp", 1, "2.00", 50],
    ]);
  });

  test("beside two others is told when to come back, and takes place once they have ended", async () => {
    const vendorId = await newVendor();
    const others = ["A", "B"].map((sku) =>
      beginUpload(vendorId, csv(`${sku},Chair,1,1.00,`), "\n"),
    );
    await untilUploading(others.length);
    const third = await fetch(`${shop.url}/inventory/bulk?vendor_id=${vendorId}`, {
      method: "POST",
      headers: { "content-type": "text/csv" },
      body: csv("C,Rug,1,1,1"),
    });
    expect([third.status, third.headers.get("retry-after")]).toEqual([503, "5"]);
    expect(await third.json()).toMatchObject({ mercado: "SERVICE_UNAVAILABLE" });
    for (const { finish, upload } of others) {
      finish();
      expect((await upload).status).toBe(201);
    }
    expect((await send(vendorId, csv("C,Rug,1,1,1"))).status).toBe(201);
    expect(await itemsOf(vendorId)).toHaveLength(3);
  });
});

describe("who may upload", () => {
  const secret = "a secret of at least thirty-two bytes";

  test("a vendor uploads their own items only, a customer and a stranger none", async () => {
    const api = await startApi({ ...shop, authentication: { kind: "secret", secret } });
    try {
      const [mine, other] = [await newVendor(), await newVendor()];
      const token = await signToken({ role: "vendor", vendorId: mine }, { secret });
      const sent = { url: api.url, token };
      expect((await send(undefined, csv("A,Mine,1,1,1"), sent)).status).toBe(201);
      expect((await send(mine, csv("B,Mine,1,1,1"), sent)).status).toBe(201);
      expect((await send(other, csv("A,Theirs,1,1,1"), sent)).status).toBe(403);
      const customer = await signToken({ role: "customer", customerId: 1 }, { secret });
      expect((await send(mine, csv(), { ...sent, token: customer })).status).toBe(403);
      expect((await send(mine, csv(), { url: api.url })).status).toBe(401);
      expect(await itemsOf(mine)).toHaveLength(2);
      expect(await itemsOf(other)).toEqual([]);
    } finally {
      await api.close();
    }
  });
});

describe("a service that dies", () => {
  const body = csv(
    ...Array.from({ length: 12_000 }, (_, index) => `S${index},Item ${index},1,1,1`),
  );
  const count = async (vendorId: number) =>
    (await shop.pool.query(
      sql`select count(*)::integer as count from inventory where vendor_id = ${vendorId}`,
    )) as unknown[];

  test.each([
    ["before-upload-commit", 0],
    ["after-upload-commit", 12_000],
  ])(
    "%s has listed %i of 12,000 lines, and a repeated upload all of them once",
    async (point, listed) => {
      const vendorId = await newVendor();
      const variables = { ...variablesFor(shop), MERCADO_API_KILL_POINT: point };
      const service = await openService(variables);
      await expect(send(vendorId, body, { key: "killed", url: service.url })).rejects.toThrow();
      expect((await service.ended).code).toBe("SIGKILL");
      expect(await count(vendorId)).toEqual([{ count: listed }]);
      const again = await send(vendorId, body, { key: "killed" });
      expect(again).toMatchObject({ status: 201, answer: { created: 12_000, rejected: 0 } });
      expect(await count(vendorId)).toEqual([{ count: 12_000 }]);
    },
    60_000,
  );

  test("or a client that goes away half way leaves nothing", async () => {
    const vendorId = await newVendor();
    const leaving = new AbortController();
    async function* half() {
      await Promise.resolve();
      yield Buffer.from(body);
      leaving.abort();
    }
    const options = {
      method: "POST",
      headers: { "content-type": "text/csv" },
      body: half(),
      duplex: "half",
      signal: leaving.signal,
    };
    const url = `${shop.url}/inventory/bulk?vendor_id=${vendorId}`;
    await expect(fetch(url, options as RequestInit)).rejects.toThrow();
    const next = await send(vendorId, csv("A,Chair,1,1,1"));
    expect(next.status).toBe(201);
    expect(await count(vendorId)).toEqual([{ count: 1 }]);
  });
});

test("more lines or bytes than the settings allow are refused as a whole", async () => {
  const vendorId = await newVendor();
  const api = await startApi({
    ...shop,
    limits: { uploadLines: 3, uploadBytes: 2_000 },
  });
  try {
    const lines = Array<string>(4).fill(",Chair,1,1,1");
    for (const body of [csv(...lines), csv(`,${"x".repeat(2_000)},1,1,1`)]) {
      const { status, answer } = await send(vendorId, body, { url: api.url });
      expect([status, answer["mercado"]]).toEqual([413, "UPLOAD_TOO_LARGE"]);
    }
    expect((await send(vendorId, csv(...lines.slice(1)), { url: api.url })).status).toBe(201);
    expect(await itemsOf(vendorId)).toHaveLength(3);
  } finally {
    await api.close();
  }
});
