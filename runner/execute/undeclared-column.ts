import { parseColumnType, printColumnType } from "../core/column-type.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { LakeColumn } from "../core/manifest.ts";
import type { SourceColumn, SourceTable } from "../core/source-table.ts";
import type { LiveColumn } from "../core/ports.ts";
import { identifierPattern } from "../core/relation.ts";
import { widerType } from "../core/wider-type.ts";
import { nameOf, policyOf, relate, stops } from "./source-difference.ts";
import type { Difference } from "./source-difference.ts";

/** What becomes of a column that the YAML does not declare; `column` is present where it is extracted. */
export function undeclared(
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
