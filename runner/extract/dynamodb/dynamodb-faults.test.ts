import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { shopTables, transaction, useDynamoDb } from "../testing/dynamodb-source.ts";
import {
  openFaultyDynamoDb,
  type Fault,
  type FaultyDynamoDb,
} from "../../../local/testing/faulty-dynamodb.ts";
import { failureOf, filesIn, newLake, readRows, run } from "../testing/fixtures.ts";
import { openDynamoDbExtractor, type DynamoDbExtractorOptions } from "./dynamodb-extractor.ts";

const source = useDynamoDb();
const none: Fault = { kind: "none" };
const throttle: Fault = {
  kind: "refuse",
  status: 400,
  type: "ProvisionedThroughputExceededException",
};
const quick = { retries: 6, minimumMilliseconds: 1, maximumMilliseconds: 4 };
const disturbances: readonly Fault[] = [
  throttle,
  { kind: "refuse", status: 400, type: "ThrottlingException" },
  { kind: "refuse", status: 400, type: "RequestLimitExceeded" },
  { kind: "refuse", status: 500, type: "InternalServerError" },
  { kind: "refuse", status: 503, type: "ServiceUnavailable" },
  { kind: "reset" },
  { kind: "lose" },
  { kind: "cut" },
  // Longer than the test lets an answer take.
  { kind: "delay", milliseconds: 400 },
];

/** Items wide enough that a scan of a few of them has several pages. */
async function wideTable(items: number, projection: "ALL" | "KEYS_ONLY" = "ALL") {
  const name = await source.createTable(projection);
  const ballast = { S: "x".repeat(60_000) };
  for (let number = 0; number < items; number += 1) {
    const time = `2026-01-0${1 + (number % 3)}T10:00:00.000Z`;
    await source.put(name, { ...transaction(`t${number}`, time, []), ballast });
  }
  return name;
}

function extractThrough(
  proxy: FaultyDynamoDb,
  table: string,
  options: Partial<DynamoDbExtractorOptions> & { readonly since?: string | undefined } = {},
) {
  const { lake, root } = newLake();
  const { since, ...settings } = options;
  const extractor = openDynamoDbExtractor({
    connection: { ...source.connection(), endpoint: proxy.endpoint, segments: 3 },
    lake,
    retry: quick,
    timeoutMilliseconds: 300,
    now: () => new Date("2026-01-03T12:00:00Z"),
    ...settings,
  });
  const extracted = extractor
    .extract(
      [{ table: shopTables(table).transactions, ...(since === undefined ? {} : { since }) }],
      run,
    )
    .finally(() => extractor.close());
  const ids = async () => {
    const [result] = await extracted;
    const rows = await readRows(lake, result!.files);
    expect(result!.totals.rows).toBe(rows.length);
    return rows.map((row) => row["transaction_id"]).toSorted();
  };
  return { root, extracted, ids };
}

async function throughProxy<Result>(
  faultOf: (operation: string, number: number) => Fault,
  action: (proxy: FaultyDynamoDb) => Promise<Result>,
): Promise<Result> {
  const proxy = await openFaultyDynamoDb(source.connection().endpoint!, faultOf);
  try {
    return await action(proxy);
  } finally {
    await proxy.close();
  }
}

const idsUpTo = (items: number) =>
  Array.from({ length: items }, (_, number) => `t${number}`).toSorted();

describe("a DynamoDB that throttles, fails, breaks off, is late or loses answers", () => {
  test.each(["scan", "index", "keys-only index"] as const)(
    "gives each item exactly once through a %s, whatever is disturbed when",
    async (way) => {
      const items = 60;
      const table = await wideTable(items, way === "keys-only index" ? "KEYS_ONLY" : "ALL");
      const pattern = fc.array(fc.option(fc.constantFrom(...disturbances)), {
        minLength: 1,
        maxLength: 25,
      });
      await fc.assert(
        fc.asyncProperty(pattern, async (faults) => {
          // Each fault strikes once: more in a row than there are retries is another test.
          const faultOf = (operation: string, number: number) =>
            operation === "DescribeTable" ? none : (faults[number] ?? none);
          await throughProxy(faultOf, async (proxy) => {
            const since = way === "scan" ? undefined : "2026-01-01T00:00:00Z";
            const retry = { ...quick, retries: 30 };
            const { ids } = extractThrough(proxy, table, { since, retry });
            expect(await ids()).toEqual(idsUpTo(items));
          });
        }),
        { numRuns: 5 },
      );
    },
    60_000,
  );

  test("is given up after the last retry, naming table, operation and what to do, and nothing is left behind", async () => {
    const table = await wideTable(2);
    const faultOf = (operation: string) => (operation === "Scan" ? throttle : none);
    const { failure, root } = await throughProxy(faultOf, async (proxy) => {
      const extraction = extractThrough(proxy, table);
      return { failure: await failureOf(extraction.extracted), root: extraction.root };
    });
    expect(failure.exitCode).toBe(1);
    expect(failure.diagnostics).toEqual([
      expect.objectContaining({
        code: "EXTRACT_FAILED",
        message: `test.transaction: the scan of DynamoDB's table ${table} is throttled after 7 attempts.`,
        cause: "ProvisionedThroughputExceededException by the test",
        hint: expect.stringContaining("read_capacity") as unknown,
      }),
    ]);
    expect(await filesIn(root)).toEqual([]);
  });

  test.each([
    { type: "AccessDeniedException", hint: "right to" },
    { type: "ValidationException", hint: "YAML" },
  ])("is not asked again after a $type, which no patience mends", async ({ type, hint }) => {
    const table = await wideTable(1);
    const faultOf = (operation: string): Fault =>
      operation === "Scan" ? { kind: "refuse", status: 400, type } : none;
    const { failure, scans } = await throughProxy(faultOf, async (proxy) => {
      const connection = { ...source.connection(), endpoint: proxy.endpoint, segments: 1 };
      const { extracted } = extractThrough(proxy, table, { connection });
      const refusal = await failureOf(extracted);
      return {
        failure: refusal,
        scans: proxy.requests.filter(({ operation }) => operation === "Scan"),
      };
    });
    expect(failure.diagnostics[0]!.message).toContain(
      `the scan of DynamoDB's table ${table} failed.`,
    );
    expect(failure.diagnostics[0]!.hint).toContain(hint);
    expect(scans).toHaveLength(1);
  });
});

describe("an index that holds only keys", () => {
  const since = "2026-01-01T00:00:00Z";

  test("loses no item of a batch that DynamoDB leaves unprocessed, partly or wholly", async () => {
    const table = await wideTable(25, "KEYS_ONLY");
    let batches = 0;
    const faultOf = (operation: string): Fault => {
      if (operation !== "BatchGetItem") return none;
      batches += 1;
      return batches % 3 === 0
        ? none
        : { kind: "leave unprocessed", items: batches % 3 === 1 ? 2 : 0 };
    };
    await throughProxy(faultOf, async (proxy) => {
      expect(await extractThrough(proxy, table, { since }).ids()).toEqual(idsUpTo(25));
      expect(proxy.requests.some(({ fault }) => fault.kind === "leave unprocessed")).toBe(true);
    });
  });

  test("is given up when DynamoDB goes on doing nothing", async () => {
    const table = await wideTable(2, "KEYS_ONLY");
    const faultOf = (operation: string): Fault =>
      operation === "BatchGetItem" ? { kind: "leave unprocessed", items: 0 } : none;
    const failure = await throughProxy(faultOf, (proxy) =>
      failureOf(extractThrough(proxy, table, { since }).extracted),
    );
    expect(failure.diagnostics[0]!.message).toContain(
      `the batch get of DynamoDB's table ${table} is throttled after 7 attempts.`,
    );
  });

  test("tells of items that were deleted between its answer and the reading of the whole item", async () => {
    const table = await source.createTable("KEYS_ONLY");
    const [, gone] = await Promise.all(
      ["t0", "t1", "t2"].map(async (id) => {
        const item = transaction(id, "2026-01-01T10:00:00.000Z", []);
        await source.put(table, item);
        return item;
      }),
    );
    const faultOf = (operation: string): Fault => {
      if (operation !== "BatchGetItem") return none;
      void source.remove(table, gone!);
      return { kind: "delay", milliseconds: 150 };
    };
    await throughProxy(faultOf, async (proxy) => {
      const { ids, extracted } = extractThrough(proxy, table, { since });
      expect(await ids()).toEqual(["t0", "t2"]);
      expect((await extracted)[0]!.notes).toEqual([
        `1 item that the index GSI2 names was deleted from ${table} before being read.`,
      ]);
    });
  });
});

test("a connection's read capacity is kept to, by small pages and by waiting", async () => {
  // Strongly consistent, an item of 60 kB takes 15 units: 300 in all, of which the first 120 are there at once.
  const table = await wideTable(20);
  await throughProxy(
    () => none,
    async (proxy) => {
      const connection = {
        ...source.connection(),
        endpoint: proxy.endpoint,
        segments: 2,
        readCapacity: 120,
      };
      const begun = performance.now();
      expect(await extractThrough(proxy, table, { connection }).ids()).toEqual(idsUpTo(20));
      const seconds = (performance.now() - begun) / 1000;
      // The last page of each segment is paid for by nobody.
      expect(seconds).toBeGreaterThan((300 - 120 - 2 * 60) / 120);
      const limits = proxy.requests
        .filter(({ operation }) => operation === "Scan")
        .map(({ body }) => (JSON.parse(body) as { readonly Limit?: number }).Limit);
      // Half a second's units at most; what the first pages take is a guess.
      expect(limits.slice(2).every((limit) => limit !== undefined && limit * 15 <= 60)).toBe(true);
    },
  );
});
