import { ScanCommand, type AttributeValue } from "@aws-sdk/client-dynamodb";
import { afterAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ItemSourceTable } from "../../core/source-table.ts";
import { attributes } from "../testing/arbitrary-item.ts";
import { line, shopTables, transaction, useDynamoDb } from "../testing/dynamodb-source.ts";
import {
  writeFullExport,
  writeIncrementalExport,
  type Change,
  type WrittenItem,
} from "../testing/export-generator.ts";
import {
  columns,
  dynamoDbTable,
  failureOf,
  filesIn,
  newLake,
  readRows,
  run,
  type TextRow,
} from "../testing/fixtures.ts";
import {
  openDynamoDbExportExtractor,
  type DynamoDbExportOptions,
} from "./dynamodb-export-extractor.ts";

const source = useDynamoDb();
const folders: string[] = [];
const retry = { retries: 2, minimumMilliseconds: 1, maximumMilliseconds: 2 };

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "mercado-export-"));
  folders.push(folder);
  return folder;
}

interface Wanted extends Partial<DynamoDbExportOptions> {
  readonly since?: string | undefined;
}

async function extract(location: string, tables: readonly ItemSourceTable[], wanted: Wanted = {}) {
  const { lake, root } = newLake();
  const { since, ...options } = wanted;
  const extractor = openDynamoDbExportExtractor({ location, lake, retry, ...options });
  try {
    const extracted = await extractor.extract(
      tables.map((table) => ({ table, ...(since === undefined ? {} : { since }) })),
      run,
    );
    const rows = await Promise.all(extracted.map(({ files }) => readRows(lake, files)));
    return { root, extracted, rows };
  } finally {
    await extractor.close();
  }
}

async function refusalOf(location: string, wanted: Wanted = {}) {
  const { lake, root } = newLake();
  const { since, ...options } = wanted;
  const extractor = openDynamoDbExportExtractor({ location, lake, retry, ...options });
  const requests = [
    { table: shopTables("shop").transactions, ...(since === undefined ? {} : { since }) },
  ];
  const failure = await failureOf(extractor.extract(requests, run));
  await extractor.close();
  expect(await filesIn(root)).toEqual([]);
  expect(failure.diagnostics).toHaveLength(1);
  return failure.diagnostics[0]!;
}

const sorted = (rows: readonly TextRow[]) => rows.map((row) => JSON.stringify(row)).toSorted();

const thing = (dynamodbTable: string) =>
  dynamoDbTable({
    table: "thing",
    dynamodbTable,
    sortKeyPrefix: "",
    key: ["pk"],
    columns: columns("pk: text not null", "a: text", "n: text from b.c"),
  });

describe("a full export", () => {
  test("gives the same rows as its live table, whatever its items hold", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(attributes, { maxLength: 12 }), async (many) => {
        const name = await source.createTable();
        for (const [id, each] of many.entries()) {
          await source.put(name, { ...each, pk: { S: String(id) }, sk: { S: "THING" } });
        }
        await source.put(
          name,
          transaction("t1", "2026-01-01T10:00:00Z", [line(1, "2", "5.25"), line(2, "1", "2")]),
        );
        const { Items: items = [] } = await source
          .client()
          .send(new ScanCommand({ TableName: name, ConsistentRead: true }));
        const location = newFolder();
        await writeFullExport(location, items, {
          id: "01-a",
          table: name,
          at: "2026-01-02T00:00:00Z",
        });
        const { transactions, lines } = shopTables(name);
        const tables = [
          thing(name),
          { ...transactions, sortKeyPrefix: "USER" },
          { ...lines, sortKeyPrefix: "USER" },
        ];
        const live = await source.extract(tables);
        const exported = await extract(location, tables);
        expect(exported.rows.map(sorted)).toEqual(live.rows.map(sorted));
        expect(exported.extracted.map(({ totals }) => totals)).toEqual(
          live.extracted.map(({ totals }) => totals),
        );
        expect(exported.rows[1]).toHaveLength(1);
        expect(exported.rows[2]).toHaveLength(2);
      }),
      { numRuns: 8 },
    );
  }, 60_000);

  test("is found where it was copied to, with the checksums that the guide names and without an item", async () => {
    const location = newFolder();
    await writeFullExport(location, [], {
      id: "01-a",
      at: "2026-01-02T00:00:00Z",
      prefix: "elsewhere/2026-Jan/",
      checksumSuffix: ".checksum",
    });
    const { transactions } = shopTables("shop");
    const { extracted, root } = await extract(`${location}/AWSDynamoDB/`, [transactions]);
    expect(extracted[0]).toMatchObject({
      files: [],
      totals: { rows: 0 },
      highestCursor: "2026-01-02T00:00:00.000000Z",
      notes: ["shop: read the full export 01-a, as of 2026-01-02T00:00:00Z."],
    });
    expect(await filesIn(root)).toEqual([]);
  });

  test("has the identity of its table, as the live table tells it", async () => {
    const location = newFolder();
    const { lake } = newLake();
    await writeFullExport(location, [], {
      id: "01-a",
      tableId: "first",
      at: "2026-01-02T00:00:00Z",
    });
    const identityOf = async (options: Partial<DynamoDbExportOptions> = {}) => {
      const extractor = openDynamoDbExportExtractor({ location, lake, ...options });
      const identity = await extractor.identity();
      await extractor.close();
      return identity;
    };
    expect(await identityOf()).toBe("first");
    await writeFullExport(location, [], {
      id: "02-a",
      tableId: "anew",
      at: "2026-01-03T00:00:00Z",
    });
    expect(await identityOf()).toBe("anew");
    await writeFullExport(location, [], { id: "03-a", table: "other", at: "2026-01-03T00:00:00Z" });
    expect(await identityOf()).toBeUndefined();
    expect(await identityOf({ table: "shop" })).toBe("anew");
  });
});

describe("incremental exports", () => {
  const day = (number: number) => `2026-01-${String(number).padStart(2, "0")}T00:00:00Z`;
  const keysOf = ({ pk, sk }: Readonly<Record<string, AttributeValue>>): WrittenItem => ({
    pk: pk!,
    sk: sk!,
  });

  /** What happens to a small table in a number of days: writes and deletions of the items 0 to 5. */
  const history = fc.array(
    fc.record({
      day: fc.integer({ min: 1, max: 6 }),
      id: fc.integer({ min: 0, max: 5 }),
      qty: fc.option(fc.integer({ min: 1, max: 9 }), { freq: 4 }),
    }),
    { maxLength: 30 },
  );
  type Write = { readonly day: number; readonly id: number; readonly qty: number | null };

  const itemOf = ({ id, qty, day: written }: Write): WrittenItem | undefined =>
    qty === null
      ? undefined
      : {
          ...transaction(`t${id}`, `2026-01-01T0${id}:00:00Z`, [line(1, String(qty), "1.5")]),
          written: { S: day(written) },
        };

  function stateBefore(writes: readonly Write[], end: number): Map<number, WrittenItem> {
    const state = new Map<number, WrittenItem>();
    for (const write of writes.filter((each) => each.day < end)) {
      const item = itemOf(write);
      if (item === undefined) state.delete(write.id);
      else state.set(write.id, item);
    }
    return state;
  }

  function changesBetween(writes: readonly Write[], from: number, to: number): Change[] {
    const before = stateBefore(writes, from);
    const after = stateBefore(writes, to);
    const touched = new Set(
      writes.filter((each) => each.day >= from && each.day < to).map(({ id }) => id),
    );
    return [...touched].flatMap((id) => {
      const oldImage = before.get(id);
      const newImage = after.get(id);
      const image = newImage ?? oldImage;
      // What came and went in between leaves no trace.
      if (image === undefined) return [];
      return [
        {
          keys: keysOf(image),
          ...(oldImage === undefined ? {} : { oldImage }),
          ...(newImage === undefined ? {} : { newImage }),
          at: new Date(day(to - 1)),
        },
      ];
    });
  }

  test("on a full one, in windows that overlap, give the table as it is at the end, deletions too", async () => {
    const window = fc
      .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 3 }))
      .map(([from, days]) => [from, Math.min(7, from + days)] as const);
    await fc.assert(
      fc.asyncProperty(
        history,
        fc.array(window, { maxLength: 4 }),
        fc.integer({ min: 1, max: 7 }),
        fc.constantFrom("NEW_IMAGE" as const, "NEW_AND_OLD_IMAGES" as const),
        async (happened, extra, baseDay, view) => {
          const writes = happened.toSorted((one, other) => one.day - other.day);
          const location = newFolder();
          const full = [...stateBefore(writes, baseDay).values()];
          await writeFullExport(location, full, { id: "05-full", at: day(baseDay) });
          const chain = [1, 2, 3, 4, 5, 6].map((from) => [from, from + 1] as const);
          for (const [index, [from, to]] of [...chain, ...extra].entries()) {
            const changes = changesBetween(writes, from, to);
            const id = `${String(10 + index)}-inc`;
            await writeIncrementalExport(location, changes, {
              ...{ id, view, files: 2 },
              ...{ from: day(from), to: day(to) },
            });
          }
          const { transactions, lines } = shopTables("shop");
          const { rows, extracted } = await extract(location, [transactions, lines]);
          const expected = newFolder();
          const state = [...stateBefore(writes, 7).values()];
          await writeFullExport(expected, state, { id: "01-a", at: day(7) });
          const whole = await extract(expected, [transactions, lines]);
          expect(rows.map(sorted)).toEqual(whole.rows.map(sorted));
          expect(extracted[0]!.highestCursor).toBe("2026-01-07T00:00:00.000000Z");
        },
      ),
      { numRuns: 12 },
    );
  }, 60_000);

  test("bring, one extraction after another, what changed since, and nothing twice", async () => {
    const location = newFolder();
    const { transactions } = shopTables("shop");
    const item = (id: number, qty: number, written: number) => itemOf({ id, qty, day: written })!;
    await writeFullExport(location, [item(1, 1, 1), item(2, 1, 1)], { id: "01-full", at: day(2) });
    const first = await extract(location, [transactions]);
    expect(first.rows[0]).toHaveLength(2);
    const since = lookbackBefore(first.extracted[0]!.highestCursor!);

    const nothing = await extract(location, [transactions], { since });
    expect(nothing.extracted[0]).toMatchObject({
      files: [],
      highestCursor: first.extracted[0]!.highestCursor,
      notes: ["shop: no export is newer than 2026-01-02T00:00:00Z, which was extracted before."],
    });

    const change = (id: number, qty: number, written: number): Change => ({
      keys: keysOf(item(id, qty, written)),
      newImage: item(id, qty, written),
      at: new Date(day(written)),
    });
    await writeIncrementalExport(
      location,
      [change(2, 5, 2), { keys: keysOf(item(1, 1, 1)), oldImage: item(1, 1, 1), at: new Date() }],
      { id: "02-inc", from: day(2), to: day(3) },
    );
    await writeIncrementalExport(location, [change(2, 6, 3), change(3, 1, 3)], {
      ...{ id: "03-inc", from: day(3), to: day(4) },
    });
    const second = await extract(location, [transactions], { since });
    expect(
      second.rows[0]!.map((row) => [
        row["transaction_id"],
        row["_item"]!.includes('"6"'),
      ]).toSorted(),
    ).toEqual([
      ["t2", true],
      ["t3", false],
    ]);
    expect(second.extracted[0]).toMatchObject({
      highestCursor: "2026-01-04T00:00:00.000000Z",
      notes: [
        "shop: read 2 incremental exports, as of 2026-01-04T00:00:00Z.",
        "shop: 1 item was deleted; the last rows of it stay in the raw zone.",
      ],
    });
  });

  function lookbackBefore(watermark: string): string {
    return new Date(Date.parse(watermark) - 3_600_000).toISOString();
  }

  test("with a gap between them are refused, naming the time that is missing", async () => {
    const location = newFolder();
    await writeFullExport(location, [], { id: "01-full", at: day(1) });
    await writeIncrementalExport(location, [], { id: "02-inc", from: day(1), to: day(2) });
    await writeIncrementalExport(location, [], { id: "04-inc", from: day(3), to: day(4) });
    const diagnostic = await refusalOf(location);
    expect(diagnostic).toMatchObject({
      code: "EXPORT_GAP",
      message:
        "What changed in the DynamoDB table shop from 2026-01-02T00:00:00Z to 2026-01-03T00:00:00Z is in no complete export.",
    });
    expect(diagnostic.hint).toContain("--full-refresh");
    // The same for one that goes on from there; up to the gap there is no objection.
    expect((await refusalOf(location, { since: lookbackBefore(day(2)) })).code).toBe("EXPORT_GAP");
    const { extracted } = await extract(location, [shopTables("shop").transactions], {
      wanted: "02-inc",
    });
    expect(extracted[0]!.highestCursor).toBe("2026-01-02T00:00:00.000000Z");
  });

  test("without a full one to begin with, or of another table, or one that is not complete, are refused", async () => {
    const location = newFolder();
    expect((await refusalOf(location)).cause).toBe(
      `In ${location} there are complete exports of no table.`,
    );
    await writeIncrementalExport(location, [], { id: "02-inc", from: day(1), to: day(2) });
    expect((await refusalOf(location)).message).toContain(
      "no full export of the DynamoDB table shop",
    );
    expect(await refusalOf(location, { table: "shoq" })).toMatchObject({
      code: "EXPORT_MISSING",
      cause: `In ${location} there are complete exports of shop.`,
      hint: 'Did you mean "shop"?',
    });
    await writeFullExport(location, [], { id: "01-full", at: day(1) });
    await rm(join(location, "AWSDynamoDB/02-inc/manifest-summary.json"));
    expect(await refusalOf(location, { wanted: "02-inc" })).toMatchObject({
      code: "EXPORT_MISSING",
      cause: `In ${location}, complete are 01-full.`,
    });
    await extract(location, [shopTables("shop").transactions]);
  });

  test("that lead nowhere near a newer full one are told of", async () => {
    const location = newFolder();
    await writeFullExport(location, [], { id: "01-full", at: day(1) });
    await writeFullExport(location, [], { id: "02-full", at: day(5) });
    const { extracted } = await extract(location, [shopTables("shop").transactions], {
      since: lookbackBefore(day(1)),
    });
    expect(extracted[0]!.notes![1]).toContain(
      "the full export 02-full shows 2026-01-05T00:00:00Z, but no incremental export leads there",
    );
  });
});

describe("an export that is not whole", () => {
  const items = Array.from({ length: 40 }, (_, id) =>
    transaction(`t${id}`, "2026-01-01T10:00:00Z", [line(1, "1", "1")]),
  );

  async function whole() {
    const location = newFolder();
    const data = await writeFullExport(location, items, { id: "01-a", at: "2026-01-02T00:00:00Z" });
    return { location, data };
  }

  test("in any of its files, missing, cut or altered in any byte, is refused by that file's name", async () => {
    const damage = fc.record({
      file: fc.nat(),
      how: fc.constantFrom("remove" as const, "cut" as const, "alter" as const),
      at: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(damage, async ({ file, how, at }) => {
        const { location } = await whole();
        const names = (await readdir(location, { recursive: true, withFileTypes: true }))
          .filter((entry) => entry.isFile() && entry.name !== "_started")
          .map((entry) => join(entry.parentPath, entry.name))
          // Without its summary, an export is one that is not complete.
          .filter((path) => how !== "remove" || !path.endsWith("manifest-summary.json"))
          .toSorted();
        const path = names[file % names.length]!;
        const content = await readFile(path);
        if (how === "remove") await rm(path);
        else if (how === "cut") await truncate(path, at % content.length);
        else {
          content[at % content.length]! ^= 1;
          await writeFile(path, content);
        }
        const diagnostic = await refusalOf(location);
        expect(diagnostic.code).toBe("EXPORT_CORRUPT");
        // Of a text and its checksum nobody knows which one was altered.
        const stem = path.slice(location.length + 1).replace(/\.(json|md5)$/, "");
        expect(`${diagnostic.message} ${diagnostic.cause!}`).toContain(stem);
      }),
      { numRuns: 40 },
    );
  }, 60_000);

  test.each([
    {
      what: "whose list counts other items than its summary",
      summary: { itemCount: 41 },
      says: "Its files hold 40 items, manifest-summary.json says 41.",
    },
    {
      what: "in Amazon Ion",
      summary: { outputFormat: "ION" },
      says: "Only DynamoDB's own JSON is.",
    },
    {
      what: "whose list stands outside",
      summary: { manifestFilesS3Key: "AWSDynamoDB/../../etc/passwd" },
      says: "It names AWSDynamoDB/../../etc/passwd as its list of files.",
    },
    { what: "of no time", summary: { exportTime: undefined }, says: "It has no exportTime." },
  ])("$what is refused", async ({ summary, says }) => {
    const location = newFolder();
    await writeFullExport(location, items, { id: "01-a", at: "2026-01-02T00:00:00Z", summary });
    expect(await refusalOf(location)).toMatchObject({ code: "EXPORT_CORRUPT", cause: says });
  });

  test("because a reading broke off goes on where it was, each item once", async () => {
    const { location } = await whole();
    let broken = 0;
    const { rows } = await extract(location, [shopTables("shop").transactions], {
      io: {
        call: (_call, perform) => perform(),
        bytes: (_call, bytes) => {
          broken += 1;
          if (broken > 2) return bytes;
          let seen = 0;
          bytes.on("data", (chunk: Buffer) => {
            seen += chunk.length;
            if (seen > 100) bytes.destroy(new Error("broken off by the test"));
          });
          return bytes;
        },
      },
    });
    expect(rows[0]!.map((row) => row["transaction_id"]).toSorted()).toEqual(
      items.map(({ pk }) => pk.S).toSorted(),
    );
    expect(broken).toBeGreaterThan(3);
  });

  test("by an item without the sort key that the YAML goes by is refused, and the way to name it", async () => {
    const location = newFolder();
    await writeFullExport(location, [{ id: { S: "1" }, range: { S: "USER7" } }], {
      ...{ id: "01-a", at: "2026-01-02T00:00:00Z" },
    });
    const diagnostic = await refusalOf(location);
    expect(diagnostic.message).toContain("an exported item has no attribute sk");
    expect(diagnostic.hint).toContain("sort_key");
    const table = {
      ...thing("shop"),
      sortKey: "range",
      sortKeyPrefix: "USER",
      columns: columns("id: text"),
    };
    expect((await extract(location, [table])).rows[0]).toHaveLength(1);
  });
});
