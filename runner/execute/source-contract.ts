import { printColumnType } from "../core/column-type.ts";
import type { ColumnType } from "../core/column-type.ts";
import { didYouMean } from "../core/closest.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { SourceTable } from "../core/node.ts";
import type { LiveColumn } from "../core/ports.ts";

/** What a table's YAML declares and the live source does not have, or has otherwise. Undeclared columns are left out. */
export function compareWithSource(
  table: SourceTable,
  live: readonly LiveColumn[] | "untyped" | undefined,
): readonly Diagnostic[] {
  const name = `${table.source}.${table.table}`;
  if (live === undefined) {
    return [
      {
        code: "SOURCE_CONTRACT",
        message: `The source has no table for ${name}.`,
        place: table.place,
        hint: "Create it (the API does so when it starts), or take it out of the source's YAML.",
      },
    ];
  }
  if (live === "untyped") return [];
  const byName = new Map(live.map((column) => [column.name, column]));
  return table.columns.flatMap((declared): Diagnostic[] => {
    const found = byName.get(declared.name);
    if (found === undefined) {
      return [
        {
          code: "SOURCE_CONTRACT",
          message: `The source's table ${name} has no column "${declared.name}".`,
          place: declared.place,
          cause: `It has ${[...byName.keys()].join(", ")}.`,
          hint: didYouMean(
            declared.name,
            byName.keys(),
            "If it was dropped on purpose, take it out of the YAML and out of the models that read it.",
          ),
        },
      ];
    }
    if (found.type === undefined || holds(declared.type, found.type)) return [];
    return [
      {
        code: "SOURCE_CONTRACT",
        message: `${name}.${declared.name} is declared as ${printColumnType(declared.type)}, but the source has ${found.nativeType}.`,
        place: declared.place,
        hint: "Declare the source's type, and cast in the cleaned model.",
      },
    ];
  });
}

const integerRank = { smallint: 1, integer: 2, bigint: 3 } as const;

/** Whether every value of the live type fits the declared one unchanged. */
function holds(declared: ColumnType, live: ColumnType): boolean {
  switch (declared.kind) {
    case "smallint":
    case "integer":
    case "bigint":
      return (
        live.kind in integerRank &&
        integerRank[live.kind as keyof typeof integerRank] <= integerRank[declared.kind]
      );
    case "decimal":
      return (
        live.kind === "decimal" &&
        live.scale <= declared.scale &&
        live.precision - live.scale <= declared.precision - declared.scale
      );
    case "varchar":
      return (
        live.kind === "varchar" &&
        (declared.length === undefined ||
          (live.length !== undefined && live.length <= declared.length))
      );
    case "double":
    case "boolean":
    case "date":
    case "timestamp":
    case "timestamptz":
    case "json":
      return live.kind === declared.kind;
  }
}
