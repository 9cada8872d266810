import { parseColumnType, printColumnType } from "../core/column-type.ts";
import type { LakeColumn } from "../core/manifest.ts";
import { rawColumnClasses } from "../core/raw-column-classes.ts";
import type { ExtractedTable } from "../core/ports.ts";
import { identifierPattern } from "../core/relation.ts";
import { widerType } from "../core/wider-type.ts";
import type { TableExtraction } from "../plan/step.ts";

type Wanted = Pick<TableExtraction, "table" | "keptFiles">;

/**
 * The columns of a raw relation after an extraction: the declared ones, those that evolved, and the technical ones. A
 * column that files of earlier extractions hold in a wider type keeps it.
 */
export function rawColumns(
  { table, keptFiles }: Wanted,
  { columns: extracted }: Pick<ExtractedTable, "columns">,
): readonly LakeColumn[] {
  const kept = keptFiles.flatMap(({ columns = [] }) => columns);
  const columns = new Map<string, string>();
  const add = ({ name, type }: LakeColumn) => {
    columns.set(name, unified(columns.get(name), type));
  };
  for (const { name, type } of table.columns) add({ name, type: printColumnType(type) });
  extracted.filter(isOfSource).forEach(add);
  if (table.schemaPolicy === "evolve") kept.filter(isOfSource).forEach(add);
  extracted.filter((column) => !isOfSource(column)).forEach(add);
  for (const column of kept) if (columns.has(column.name)) add(column);
  return [...columns].map(([name, type]) => ({ name, type, ...classesOf(table, name) }));
}

function classesOf(table: Wanted["table"], name: string): Pick<LakeColumn, "classes"> {
  const classes = rawColumnClasses(table, name);
  return classes.length === 0 ? {} : { classes };
}

/** Technical columns begin with an underscore, which no column of a source may. */
function isOfSource({ name }: LakeColumn): boolean {
  return identifierPattern.test(name);
}

function unified(one: string | undefined, other: string): string {
  const [left, right] = [one ?? other, other].map(parseColumnType);
  const wider = left && right && widerType(left, right);
  return wider === undefined ? (one ?? other) : printColumnType(wider);
}
