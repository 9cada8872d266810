import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { DuckDBConnection } from "@duckdb/node-api";
import { DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import type { AnalyzeQuery, QueryLineage } from "../../core/column-lineage.ts";
import { relations } from "../testing/random-from.ts";
import { randomQuery } from "../testing/random-query.ts";
import { loadQueryAnalysis } from "./analyze.ts";

type Rows = readonly (readonly (number | null)[])[];
type Data = Readonly<Record<string, Rows>>;

/** The same relations with other values in one column. */
interface Variant {
  readonly relation: string;
  readonly column: string;
  readonly connection: DuckDBConnection;
}

let analyze: AnalyzeQuery;
let original: DuckDBConnection;
let variants: readonly Variant[];

beforeAll(async () => {
  analyze = await loadQueryAnalysis();
  const draw = numbersFrom(20261123);
  const data: Record<string, Rows> = {};
  for (const [name, columns] of Object.entries(relations)) {
    data[name] = Array.from({ length: 4 }, () => columns.map(draw));
  }
  original = await open(data);
  const columns = Object.entries(relations).flatMap(([relation, names]) =>
    names.map((column, at) => ({ relation, column, at })),
  );
  variants = await Promise.all(
    columns.map(async ({ relation, column, at }) => {
      const changed = (data[relation] ?? []).map((row) => row.with(at, draw()));
      return { relation, column, connection: await open({ ...data, [relation]: changed }) };
    }),
  );
});

afterAll(() => {
  for (const each of [original, ...variants.map(({ connection }) => connection)]) each.closeSync();
});

/** Small whole numbers and nulls, the same in every run. */
function numbersFrom(seed: number): () => number | null {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    const drawn = (state >> 8) % 5;
    return drawn === 4 ? null : drawn;
  };
}

async function open(data: Data): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  await connection.run("create schema gold");
  for (const [name, rows] of Object.entries(data)) {
    const columns = (relations[name] ?? []).map((column) => `${column} bigint`);
    await connection.run(`create table ${name} (${columns.join(", ")})`);
    const values = rows.map((row) => `(${row.map((value) => value ?? "null").join(", ")})`);
    await connection.run(`insert into ${name} values ${values.join(", ")}`);
  }
  return connection;
}

/** Each column's values without their order, or undefined where the engine refuses the query or one of its values. */
async function valuesOf(connection: DuckDBConnection, sql: string) {
  try {
    const result = await connection.runAndReadAll(sql);
    const rows = result.getRows();
    return result.columnNames().map((_, at) =>
      rows
        .map((row) => String(row[at]))
        .sort()
        .join(),
    );
  } catch {
    return undefined;
  }
}

interface Reached {
  readonly relation: string;
  readonly column: string;
}

function isNamed({ columns, rows }: QueryLineage, at: number, { relation, column }: Reached) {
  const uses = [...rows, ...(columns[at]?.from ?? [])];
  return uses.some((use) => use.relation === relation && use.column === column);
}

test("a column on which another one depends is never missing from its lineage, in any query that runs", async () => {
  let [checked, changes] = [0, 0];
  await fc.assert(
    fc.asyncProperty(randomQuery, async (sql) => {
      const before = await valuesOf(original, sql);
      if (before === undefined) return;
      const lineage = analyze(sql, (relation) => relations[relation]);
      expect(lineage.columns).toHaveLength(before.length);
      checked += 1;
      for (const { relation, column, connection } of variants) {
        const after = await valuesOf(connection, sql);
        if (after === undefined) continue;
        const changed = before.flatMap((values, at) => (values === after[at] ? [] : [at]));
        changes += changed.length;
        const lost = changed.filter((at) => !isNamed(lineage, at, { relation, column }));
        expect({ column: `${relation}.${column}`, lost }).toEqual({
          column: `${relation}.${column}`,
          lost: [],
        });
      }
    }),
    { numRuns: 120, seed: 7, endOnFailure: true },
  );
  // Most of what is generated runs, and much of it depends on what is changed.
  expect(checked).toBeGreaterThan(80);
  expect(changes).toBeGreaterThan(80);
}, 120_000);
