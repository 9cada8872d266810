import { didYouMean } from "../core/closest.ts";
import { parseColumnType, printColumnType } from "../core/column-type.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { LakeColumn } from "../core/manifest.ts";
import type { SchemaPolicy, SourceColumn, SourceTable } from "../core/node.ts";
import type { LiveColumn } from "../core/ports.ts";
import { identifierPattern } from "../core/relation.ts";
import { printSourceType } from "../core/source-type.ts";
import type { SourceType } from "../core/source-type.ts";
import { isTooNarrow, widerType } from "../core/wider-type.ts";

/** A column that the source has otherwise than its YAML says. */
export interface Difference {
  readonly column: string;
  readonly kind: "undeclared" | "missing" | "widened" | "narrowed" | "retyped";
  /** As the YAML declares it, or for an undeclared column as raw has it already. */
  readonly declared?: string;
  /** In the source's own words. */
  readonly live?: string;
  /** What a build does about it. */
  readonly effect: string;
  /** Whether raw has not been like this before: it is worth telling. */
  readonly isNews: boolean;
  /** Present where a build stops. */
  readonly problem?: Diagnostic;
}

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

function policyOf({ schemaPolicy = "ignore" }: SourceTable): SchemaPolicy {
  return schemaPolicy;
}

function nameOf({ source, table }: SourceTable): string {
  return `${source}.${table}`;
}

const stops = "stops";

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

/** How a live type stands to the one that is declared. */
function relate(
  declared: SourceType,
  live: SourceType,
): "same" | "narrowed" | "widened" | "retyped" {
  if (widerType(declared.type, live.type) === undefined) {
    const isFamily = declared.type.kind === "decimal" && live.type.kind === "decimal";
    if (!isFamily) return "retyped";
  }
  // A text without a declared length takes any text.
  const takesAny = declared.type.kind === "varchar" && declared.type.length === undefined;
  if (takesAny) return "same";
  const [digits, liveDigits] = [declared, live].map(({ precision = Infinity }) => precision);
  if (isTooNarrow(live.type, declared.type) || (liveDigits ?? 0) < (digits ?? 0)) return "narrowed";
  if (isTooNarrow(declared.type, live.type) || (digits ?? 0) < (liveDigits ?? 0)) return "widened";
  return "same";
}

function evolvedType(
  table: SourceTable,
  { type }: SourceType,
  found: LiveColumn,
): SourceColumn["type"] {
  if (policyOf(table) !== "evolve" || found.type === undefined) return type;
  return widerType(type, found.type) ?? type;
}

function undeclared(
  table: SourceTable,
  found: LiveColumn,
  known: readonly LakeColumn[],
): { readonly difference: Difference; readonly column?: SourceColumn } {
  const { name, nativeType } = found;
  const common = { column: name, kind: "undeclared", live: nativeType } as const;
  switch (policyOf(table)) {
    case "ignore":
      return { difference: { ...common, effect: "leaves it out", isNews: false } };
    case "freeze": {
      const problem: Diagnostic = {
        code: "SOURCE_CONTRACT",
        message: `The source's table ${nameOf(table)} has a column "${name}" (${nativeType}) that its YAML does not declare.`,
        place: table.place,
        cause: "on_schema_change: freeze stops at every column that is new in the source.",
        hint: `Declare it: runner source infer ${nameOf(table)} --write; or leave it out: on_schema_change: ignore`,
      };
      return { difference: { ...common, effect: stops, isNews: true, problem } };
    }
    case "evolve":
      return evolve(table, found, known);
  }
}

/** An undeclared column comes with its live type; one that raw has already is held to what it has there. */
function evolve(
  table: SourceTable,
  found: LiveColumn,
  known: readonly LakeColumn[],
): { readonly difference: Difference; readonly column?: SourceColumn } {
  const { name, nativeType } = found;
  const common = { column: name, kind: "undeclared", live: nativeType } as const;
  if (!identifierPattern.test(name)) {
    const effect = "leaves it out, for its name is not lower snake case";
    return { difference: { ...common, effect, isNews: false } };
  }
  // A number of any precision is exact as its text alone.
  const live = found.type ?? ({ kind: "varchar" } as const);
  const printed = known.find((column) => column.name === name)?.type;
  const before = printed === undefined ? undefined : parseColumnType(printed);
  const relation = before === undefined ? "widened" : relate({ type: before }, { type: live });
  const declared = before === undefined ? undefined : `${printColumnType(before)} in raw`;
  if (relation === "retyped" || relation === "narrowed") {
    const problem: Diagnostic = {
      code: "SOURCE_CONTRACT",
      message: `${nameOf(table)}.${name} came as ${printed ?? ""} before, and now the source has ${nativeType}.`,
      place: table.place,
      cause: "It is not declared: on_schema_change: evolve took it as the source had it.",
      hint: `Declare it in the YAML, or take the new type for all rows: runner extract --select ${table.relation} --full-refresh`,
    };
    return { difference: { ...common, declared, effect: stops, isNews: true, problem } };
  }
  const type = before === undefined ? live : (widerType(before, live) ?? live);
  const column: SourceColumn = {
    name,
    type,
    nullable: true,
    description: "",
    place: table.place,
  };
  const isNews = printed !== printColumnType(type);
  const effect = before === undefined ? `adds it as ${printColumnType(type)}` : "goes on with it";
  return { difference: { ...common, declared, effect, isNews }, column };
}
