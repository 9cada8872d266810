import { didYouMean } from "../core/closest.ts";
import { printColumnType } from "../core/column-type.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { LakeColumn } from "../core/manifest.ts";
import type { SourceColumn, SourceTable } from "../core/source-table.ts";
import type { LiveColumn } from "../core/ports.ts";
import { identifierPattern } from "../core/relation.ts";
import { printSourceType } from "../core/source-type.ts";
import type { SourceType } from "../core/source-type.ts";
import { widerType } from "../core/wider-type.ts";
import { nameOf, policyOf, relate, stops } from "./source-difference.ts";
import type { Difference } from "./source-difference.ts";
import { undeclared } from "./undeclared-column.ts";

export interface SourceComparison {
  /** The table as it is to be extracted: without what is missing, with what has evolved. */
  readonly table: SourceTable;
  readonly differences: readonly Difference[];
  readonly problems: readonly Diagnostic[];
}

/**
 * Compares a table's YAML with the live source, as its `on_schema_change` wants it. `known` are raw's columns, to which
 * an increment is added; none when everything is read anew.
 */
export function compareWithSource(
  table: SourceTable,
  live: readonly LiveColumn[] | "untyped" | undefined,
  known: readonly LakeColumn[] = [],
): SourceComparison {
  if (live === undefined) return { table, differences: [], problems: [noTable(table)] };
  if (live === "untyped") return { table, differences: [], problems: [] };
  const byName = new Map(live.map((column) => [column.name, column]));
  const columns: SourceColumn[] = [];
  const differences: Difference[] = [];
  for (const declared of table.columns) {
    const found = byName.get(declared.name);
    if (found === undefined) {
      differences.push(missing(table, declared, live));
      continue;
    }
    const difference = compareTypes({ table, known }, declared, found);
    if (difference !== undefined) differences.push(difference);
    columns.push({ ...declared, type: evolvedType(table, declared, found) });
  }
  const names = new Set(table.columns.map(({ name }) => name));
  for (const found of live.filter(({ name }) => !names.has(name))) {
    const { difference, column } = undeclared(table, found, known);
    differences.push(difference);
    if (column !== undefined) columns.push(column);
  }
  const keepsRows = policyOf(table) === "evolve" && table.extract.mode === "incremental";
  for (const { name, type } of keepsRows ? known : []) {
    if (names.has(name) || byName.has(name) || !identifierPattern.test(name)) continue;
    const gone = { column: name, kind: "missing", declared: `${type} in raw` } as const;
    differences.push({ ...gone, effect: "is null from now on", isNews: false });
  }
  const problems = differences.flatMap(({ problem }) => problem ?? []);
  return { table: { ...table, columns }, differences, problems };
}

function noTable(table: SourceTable): Diagnostic {
  return {
    code: "SOURCE_CONTRACT",
    message: `The source has no table for ${nameOf(table)}.`,
    place: table.place,
    hint: "Create it (the API does so when it starts), or take it out of the source's YAML.",
  };
}

/** A column that may be null can go; one that tells rows or their order apart cannot. */
function missing(
  table: SourceTable,
  declared: SourceColumn,
  live: readonly LiveColumn[],
): Difference {
  const common = {
    column: declared.name,
    kind: "missing",
    declared: printSourceType(declared),
  } as const;
  const role = roleOf(table, declared);
  if (policyOf(table) === "evolve" && role === undefined) {
    return { ...common, effect: "is null from now on", isNews: true };
  }
  const names = live.map(({ name }) => name);
  const evolves =
    policyOf(table) === "evolve" ? ` It ${role ?? ""}, so it cannot become null.` : "";
  const problem: Diagnostic = {
    code: "SOURCE_CONTRACT",
    message: `The source's table ${nameOf(table)} has no column "${declared.name}".`,
    place: declared.place,
    cause: `It has ${names.join(", ")}.${evolves}`,
    hint: didYouMean(
      declared.name,
      names.filter((name) => table.columns.every((column) => column.name !== name)),
      "If it was dropped on purpose, take it out of the YAML and out of the models that read it.",
    ),
  };
  return { ...common, effect: stops, isNews: true, problem };
}

/** Why a column cannot be missing. */
function roleOf(table: SourceTable, { name, nullable }: SourceColumn): string | undefined {
  if (table.key.includes(name)) return "is part of the key";
  if (table.extract.mode === "incremental" && table.extract.cursor === name) return "is the cursor";
  if (table.partitionBy === name) return "tells the day that its rows are stored under";
  if (table.deletes?.by === "column" && table.deletes.column === name) return "tells deleted rows";
  if (table.controlTotals?.includes(name) === true) return "is a control total";
  return nullable ? undefined : "is declared as never null";
}

interface Compared {
  readonly table: SourceTable;
  readonly known: readonly LakeColumn[];
}

/** Undefined where the declared type is the live one, or the source does not say what its type is. */
function compareTypes(
  { table, known }: Compared,
  declared: SourceColumn,
  found: LiveColumn,
): Difference | undefined {
  if (found.type === undefined) return undefined;
  const live = { type: found.type, precision: found.precision };
  const relation = relate(declared, live);
  if (relation === "same") return undefined;
  const common = {
    column: declared.name,
    declared: printSourceType(declared),
    live: found.nativeType,
  } as const;
  const message = `${nameOf(table)}.${declared.name} is declared as ${common.declared}, but the source has ${found.nativeType}.`;
  const stopping = (cause: string | undefined, hint: string) => ({
    effect: stops,
    isNews: true,
    problem: {
      code: "SOURCE_CONTRACT" as const,
      message,
      place: declared.place,
      cause,
      hint,
    },
  });
  switch (relation) {
    case "retyped":
      return {
        ...common,
        kind: "retyped",
        ...stopping(undefined, "Declare the source's type, and cast in the cleaned model."),
      };
    case "narrowed":
      return {
        ...common,
        kind: "narrowed",
        ...stopping(
          "The source's type has become narrower: its rows may have been cut or rounded to fit.",
          `If that is meant, and no row has lost anything, declare type: ${printSourceType(live)}`,
        ),
      };
    case "widened": {
      if (policyOf(table) !== "evolve" || widerType(declared.type, live.type) === undefined) {
        const hint = `Declare type: ${printSourceType(live)}; or let raw follow the source: on_schema_change: evolve`;
        return { ...common, kind: "widened", ...stopping(undefined, hint) };
      }
      const type = evolvedType(table, declared, found);
      const raw = known.find(({ name }) => name === declared.name)?.type;
      const isNews = raw !== printColumnType(type);
      return { ...common, kind: "widened", effect: `takes ${printColumnType(type)}`, isNews };
    }
    default:
      return relation satisfies never;
  }
}

function evolvedType(
  table: SourceTable,
  { type }: SourceType,
  found: LiveColumn,
): SourceColumn["type"] {
  if (policyOf(table) !== "evolve" || found.type === undefined) return type;
  return widerType(type, found.type) ?? type;
}
