import { counted } from "../core/counted.ts";
import { Failure } from "../core/diagnostic.ts";
import type { FileEngine } from "../core/file-engine.ts";
import type { LakeFile, LakeManifest } from "../core/manifest.ts";
import type { SourceTable } from "../core/source-table.ts";
import type { ExtractedTable, ExtractRequest } from "../core/ports.ts";
import { baseName } from "../core/relation.ts";
import type { RelationName } from "../core/relation.ts";
import { deletedColumn, extractedAtColumn } from "../core/technical-columns.ts";
import { contentsQuery } from "./contents-query.ts";
import type { ExecutionContext } from "./context.ts";
import { measureRows, nextPart } from "./raw-files.ts";

type DeletesContext = FileEngine & Pick<ExecutionContext, "lake" | "run">;

/** Where the keys of a table stand for as long as they are compared. */
export function keysRelation(relation: RelationName): RelationName {
  return `raw.${baseName(relation)}__keys`;
}

/** Whether an extraction reads only what is new of a table, so that nothing but its keys tells what is gone. */
function isCompared({ table, since }: ExtractRequest): boolean {
  return table.deletes?.by === "keys" && since !== undefined;
}

/** What is to be read besides, in the same snapshot: all keys of tables whose deletes are found by them. */
export function keyRequests(requests: readonly ExtractRequest[]): readonly ExtractRequest[] {
  return requests.filter(isCompared).map(({ table }) => ({
    table: {
      ...table,
      relation: keysRelation(table.relation),
      columns: table.columns.filter(({ name }) => table.key.includes(name)),
      extract: { mode: "full" },
      controlTotals: [],
      totalsOf: undefined,
      deletes: undefined,
      partitionBy: undefined,
    },
  }));
}

/**
 * Adds the last versions of the rows that are gone from the source, marked as deleted, to what was extracted. Rows that
 * the source has and no extraction ever brought stop the run: they were committed later than the lookback reaches.
 */
export async function withDeletes(
  result: ExtractedTable,
  keys: ExtractedTable | undefined,
  given: {
    readonly contents: Pick<LakeManifest, "columns" | "files">;
    readonly context: DeletesContext;
  },
): Promise<ExtractedTable> {
  if (keys === undefined) return result;
  const { contents, context } = given;
  const { table } = result;
  const { engine, lake, run, dialect } = context;
  try {
    const common = comparison(table, {
      raw: await contentsQuery(contents, context),
      keys: await contentsQuery({ columns: keys.columns, files: keys.files }, context),
    });
    await assertComplete(table, common, context);
    const time = dialect.literal(run.startedAt, { kind: "timestamptz" });
    const list = result.columns.map(({ name }) => {
      if (name === extractedAtColumn) return `${time} as ${name}`;
      return name === deletedColumn ? `true as ${name}` : `"${name}"`;
    });
    const gone = `${common}\nselect ${list.join(", ")} from last_rows where not exists (select 1 from source_keys where ${isSame(table, "source_keys", "last_rows")})`;
    const found = await engine.query(`select count(*) as row_count from (${gone}) as gone`);
    const rows = Number(found.rows[0]?.row_count ?? 0);
    if (rows === 0) return result;
    const key = lake.partKey(table.relation, run.id, nextPart(result.files, run.id));
    await engine.files.writeParquet(gone, await lake.stagePart(key));
    const file: LakeFile = {
      ...(await lake.commitPart(key, run.id, rows)),
      ...(await measureRows(table, `(${gone}) as gone`, context)),
    };
    const message = `${table.relation}: ${counted(rows, "row")} ${rows === 1 ? "is" : "are"} gone from the source.`;
    return {
      ...result,
      files: [...result.files, file],
      notes: [...(result.notes ?? []), message],
    };
  } finally {
    await lake.removeFiles(keysRelation(table.relation), { runs: new Set([run.id]) });
  }
}

/** CTEs: the keys of the source, the rows of keys that raw holds as alive, and the last row of each. */
function comparison(
  table: SourceTable,
  { raw, keys }: { readonly raw: string; readonly keys: string },
): string {
  const key = table.key.map((name) => `"${name}"`);
  const cursor = table.extract.mode === "incremental" ? table.extract.cursor : table.key[0];
  const known = key.map((name) => `${name} is not null`).join(" and ");
  return [
    `with source_keys as (\n${keys}\n),`,
    `marked_rows as (\nselect *, max(case when ${deletedColumn} then ${extractedAtColumn} end) over (partition by ${key.join(", ")}) as _gone_at\nfrom (\n${raw}\n) as raw_rows\nwhere ${known}\n),`,
    `live_rows as (\nselect * from marked_rows where _gone_at is null or ${extractedAtColumn} > _gone_at\n),`,
    `last_rows as (\nselect * from (\nselect *, row_number() over (partition by ${key.join(", ")} order by "${cursor ?? ""}" desc nulls last, ${extractedAtColumn} desc) as _version_rank\nfrom live_rows\n) as ranked_rows\nwhere _version_rank = 1\n)`,
  ].join("\n");
}

function isSame({ key }: SourceTable, one: string, other: string): string {
  return key.map((name) => `${one}."${name}" = ${other}."${name}"`).join(" and ");
}

async function assertComplete(
  table: SourceTable,
  common: string,
  { engine }: DeletesContext,
): Promise<void> {
  const list = table.key.map((name) => `source_keys."${name}"`).join(", ");
  const never = `${common}\nselect ${list} from source_keys where not exists (select 1 from last_rows where ${isSame(table, "source_keys", "last_rows")})`;
  const { rows } = await engine.query(
    `select *, count(*) over () as row_count from (${never}) as never limit 1`,
  );
  const [first] = rows;
  if (first === undefined) return;
  const key = table.key.map((name) => `${name} ${String(first[name])}`).join(", ");
  throw new Failure(
    [
      {
        code: "EXTRACT_FAILED",
        message: `${table.relation} lacks ${counted(Number(first.row_count), "row")} that the source has, such as ${key}.`,
        place: table.place,
        cause:
          "They were committed later than the lookback reaches, or came back with an old cursor, so that no increment finds them.",
        hint: `Read the table whole once: runner extract --select ${table.relation} --full-refresh; and let its lookback reach further.`,
      },
    ],
    1,
  );
}
