import { printColumnType } from "../../core/column-type.ts";
import type { Diagnostic } from "../../core/diagnostic.ts";
import type { Dialect } from "../../core/dialect.ts";
import { isSameShape } from "../../core/manifest.ts";
import type { LakeColumn } from "../../core/manifest.ts";
import type { Incremental, Snapshot } from "../../core/materialization.ts";
import type { Model } from "../../core/node.ts";
import { runIdColumn } from "../../core/technical-columns.ts";
import { lakeColumns } from "./parts.ts";

export interface Reshaped {
  /** The published rows with the declared columns: their table, or a query in brackets. */
  readonly rows: string;
  /** Whether the table's own columns are the declared ones, so that rows can be added to it as it is. */
  readonly isSame: boolean;
}

interface Published {
  readonly physical: string;
  readonly columns: readonly LakeColumn[];
}

/** Whether the published table still has the columns of the contract, in their order and with their types. */
export function hasDeclaredColumns(
  { columns }: Pick<Model, "columns">,
  published: Pick<Published, "columns">,
): boolean {
  return isSameShape(lakeColumns(columns), published.columns);
}

/**
 * The published rows as the declared columns have them: null in a column that is new, cast where the type is another.
 * Nothing is altered: the rows go to a new table, and the old one stays for the way back.
 */
export function reshape(
  node: Model & { readonly materialization: Incremental | Snapshot },
  published: Published,
  dialect: Pick<Dialect, "columnType">,
): Reshaped | Diagnostic {
  const declared = lakeColumns(node.columns);
  if (hasDeclaredColumns(node, published)) return { rows: published.physical, isSame: true };
  const problem = refusal(node, published.columns, declared);
  if (problem !== undefined) return problem;
  const before = new Map(published.columns.map(({ name, type }) => [name, type]));
  const list = node.columns.map(({ name, type }) => {
    const old = before.get(name);
    if (old === printColumnType(type)) return name;
    const value = old === undefined ? "null" : name;
    return `cast(${value} as ${dialect.columnType(type)}) as ${name}`;
  });
  const rows = `(select ${[...list, runIdColumn].join(", ")} from ${published.physical})`;
  return { rows, isSame: false };
}

function refusal(
  { relation, place, materialization }: Parameters<typeof reshape>[0],
  before: readonly LakeColumn[],
  declared: readonly LakeColumn[],
): Diagnostic | undefined {
  const old = new Map(before.map(({ name, type }) => [name, type]));
  const names = new Set(declared.map(({ name }) => name));
  const changes = [
    ...before.filter(({ name }) => !names.has(name)).map(({ name }) => `${name} is gone`),
    ...declared
      .filter(({ name, type }) => old.has(name) && old.get(name) !== type)
      .map(({ name, type }) => `${name} was ${old.get(name) ?? ""} and is ${type}`),
  ];
  const lost = neededColumns(materialization).filter((name) => !old.has(name));
  const mismatch = { code: "CONTRACT_MISMATCH" as const, place };
  if (lost.length > 0) {
    return {
      ...mismatch,
      message: `The published rows of ${relation} have no ${lost.join(", ")}, by which new rows find those that they follow.`,
      cause: `Published: ${describe(before)}.`,
      hint: fromNothing(relation, materialization),
    };
  }
  const { onSchemaChange } = materialization;
  if (onSchemaChange === "sync") return undefined;
  if (onSchemaChange === "add" && changes.length === 0) return undefined;
  if (onSchemaChange === "add") {
    return {
      ...mismatch,
      message: `The columns of ${relation} did not only become more, which is all that on_schema_change: add allows.`,
      cause: `${changes.join("; ")}.`,
      hint: `Let it follow: on_schema_change: sync. ${fromNothing(relation, materialization)}`,
    };
  }
  return {
    ...mismatch,
    message: `The columns of ${relation} are not those of the published table, to which only rows can be added.`,
    cause: `Published: ${describe(before)}. Declared: ${describe(declared)}.`,
    hint: `Let it follow: on_schema_change: ${changes.length === 0 ? "add" : "sync"}. ${fromNothing(relation, materialization)}`,
  };
}

/** The columns by which published rows and new ones are matched. */
function neededColumns(materialization: Incremental | Snapshot): readonly string[] {
  switch (materialization.strategy) {
    case "merge":
    case "check":
      return materialization.key;
    case "timestamp":
      return [...materialization.key, materialization.cursor];
    case "delete_insert":
      return materialization.replace;
    case "by_interval":
      return [materialization.cursor];
    case "append":
      return [];
  }
}

function fromNothing(relation: string, { fullRefresh }: Incremental | Snapshot): string {
  if (fullRefresh === "allow")
    return `Or build it from nothing: runner build --select ${relation} --full-refresh`;
  return "Or give the model another name, so that what was gathered stays as it is.";
}

function describe(columns: readonly LakeColumn[]): string {
  return columns.map((column) => `${column.name} ${column.type}`).join(", ");
}
