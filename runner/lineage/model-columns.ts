import { LineageFailure } from "../core/column-lineage.ts";
import type {
  AnalyzeQuery,
  ColumnOrigin,
  ColumnsOf,
  ColumnUse,
  QueryLineage,
  RowUse,
} from "../core/column-lineage.ts";
import { Failure } from "../core/diagnostic.ts";
import { snapshotColumns } from "../core/materialization.ts";
import type { Snapshot } from "../core/materialization.ts";
import type { Column } from "../core/node-base.ts";
import { queryColumns } from "../core/node.ts";
import type { Model } from "../core/node.ts";
import type { EngineName } from "../core/ports.ts";
import { composed } from "./query/uses.ts";
import type { ColumnLineage, RelationLineage } from "../core/project-lineage.ts";
import type { RelationName } from "../core/relation.ts";
import { byName } from "./source-columns.ts";

export interface ModelQueries {
  /** The texts of a model's query for an engine: of a build from nothing and, where it is incremental, of a delta. */
  queries(model: Model, engine: EngineName): readonly string[];
  readonly analyze: AnalyzeQuery;
  readonly columnsOf: ColumnsOf;
  /** The relations that the model reads, its own where it is incremental. */
  readonly inputs: readonly RelationName[];
}

/** What a model's columns are made of. */
export function modelLineage(model: Model, given: ModelQueries): RelationLineage {
  const { relation, materialization } = model;
  const read = readQueries(model, given);
  const { columns, rows, sql, inexact } =
    typeof read === "string"
      ? { ...everyInput(model, given), inexact: read, sql: undefined }
      : read;
  const own = columns.filter(({ name, from }) => !isCopyOfItself(relation, name, from));
  const declared = queryColumns(model).map((column) => {
    const found = own.find(({ name }) => name === column.name);
    return { ...found, name: column.name, from: found?.from ?? [], place: column.place };
  });
  const added =
    materialization.type === "snapshot" ? versionColumns(materialization, declared) : [];
  return {
    relation,
    kind: "model",
    columns: byName([...declared, ...added]),
    rows,
    ...(sql === undefined ? {} : { sql }),
    ...(inexact === undefined ? {} : { inexact }),
  };
}

function isCopyOfItself(relation: string, name: string, from: readonly ColumnUse[]): boolean {
  const [only] = from;
  return from.length === 1 && only?.relation === relation && only.column === name;
}

interface Found {
  readonly columns: readonly ColumnOrigin[];
  readonly rows: readonly RowUse[];
  readonly sql?: string;
  readonly inexact?: string;
}

/** The lineage of all texts of the model together, or why there is none. Redshift's dialect is the one that parses. */
function readQueries(model: Model, given: ModelQueries): Found | string {
  let problem = "";
  for (const engine of ["redshift", "duckdb"] as const) {
    try {
      const texts = given.queries(model, engine);
      const read = texts.map((sql) => placed(given.analyze(sql, given.columnsOf), model));
      return { ...together(read), sql: texts[0] };
    } catch (error) {
      if (error instanceof LineageFailure) problem ||= error.message;
      else if (error instanceof Failure) problem ||= error.diagnostics[0]?.message ?? error.message;
      else throw error;
    }
  }
  return problem;
}

/** The query's columns under the names of the contract: an expression without an alias is told by its place. */
function placed(lineage: QueryLineage, model: Model): QueryLineage {
  const contract = queryColumns(model);
  const named = new Map(lineage.columns.map((column) => [column.name, column]));
  const columns = contract.map(({ name }: Column, index) => {
    const byPlace = lineage.columns.length === contract.length ? lineage.columns[index] : undefined;
    const found = named.get(name) ?? byPlace;
    if (found !== undefined) return { ...found, name };
    const message = `The query has no column ${name}.`;
    throw new LineageFailure("LINEAGE_UNKNOWN_COLUMN", message, 0);
  });
  return { ...lineage, columns };
}

function together(all: readonly QueryLineage[]): Found {
  const [first, ...rest] = all;
  if (first === undefined) return { columns: [], rows: [] };
  if (rest.length === 0) return first;
  const columns = first.columns.map((column, index) => {
    const others = rest.flatMap((each) => each.columns[index]?.from ?? []);
    return { ...column, from: distinct([...column.from, ...others]) };
  });
  return { columns, rows: distinct(all.flatMap(({ rows }) => rows)) };
}

function distinct<Use extends ColumnUse | RowUse>(uses: readonly Use[]): readonly Use[] {
  return [
    ...new Map(
      uses.map((use) => [`${use.how} ${use.relation}.${use.column}`, use] as const),
    ).values(),
  ];
}

function everyInput(model: Model, { inputs, columnsOf }: ModelQueries): Found {
  const from = inputs.flatMap((relation) =>
    (columnsOf(relation) ?? []).map((column): ColumnUse => ({
      relation,
      column,
      how: "transformation",
    })),
  );
  return { columns: queryColumns(model).map(({ name }) => ({ name, from })), rows: [] };
}

/** A version's id is made of its key; when it held is told by the cursor, or by the run that saw it change. */
function versionColumns(
  snapshot: Snapshot,
  columns: readonly ColumnLineage[],
): readonly ColumnLineage[] {
  const made = (names: readonly string[]) =>
    distinct(
      columns
        .filter(({ name }) => names.includes(name))
        .flatMap(({ from }) =>
          from.map((use) => ({ ...use, how: composed("transformation", use.how) })),
        ),
    );
  const cursor = snapshot.strategy === "timestamp" ? [snapshot.cursor] : [];
  return snapshotColumns.map(({ name }) => ({
    name,
    from: made(name === "snapshot_id" ? [...snapshot.key, ...cursor] : cursor),
    isTechnical: true,
  }));
}
