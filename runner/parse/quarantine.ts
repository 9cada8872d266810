import type { Diagnostic } from "../core/diagnostic.ts";
import type { SourceTable } from "../core/source-table.ts";
import { undeclaredClass } from "../core/access.ts";
import { allClasses } from "../core/raw-column-classes.ts";
import {
  holdsSourceValues,
  quarantineColumns,
  quarantineName,
  quarantineRelation,
} from "../core/quarantine.ts";

/** The tables of rejected rows that come with the tables that declare `rejects`. */
export function quarantinesOf(tables: readonly SourceTable[]): {
  readonly tables: readonly SourceTable[];
  readonly diagnostics: readonly Diagnostic[];
} {
  const declared = new Map(tables.map((table) => [table.relation, table]));
  const quarantines: SourceTable[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const table of tables) {
    if (table.rejectShare === undefined) continue;
    const other = declared.get(quarantineRelation(table.relation));
    if (other === undefined) quarantines.push(quarantineOf(table));
    else diagnostics.push(taken(table, other));
  }
  return { tables: quarantines, diagnostics };
}

function quarantineOf(table: SourceTable): SourceTable {
  const { place, relation, source, connection, connector, owner, tags } = table;
  const evolves = table.schemaPolicy === "evolve" ? [undeclaredClass] : [];
  const classes = [...allClasses(table.columns), ...evolves];
  const common = {
    kind: "source" as const,
    relation: quarantineRelation(relation),
    quarantineOf: relation,
    source,
    table: quarantineName(table.table),
    description: `Rows of ${source}.${table.table} with a value that does not fit, as the source sent them.`,
    tags,
    owner,
    place,
    key: [],
    columns: quarantineColumns.map((column) => ({
      ...column,
      place,
      ...(holdsSourceValues(column) && classes.length > 0 ? { classes } : {}),
    })),
    extract: { mode: "full" as const },
    connection,
  };
  if (connector === "postgres") return { ...common, connector, schema: table.schema };
  const { dynamodbTable, sortKeyPrefix } = table;
  return { ...common, connector, dynamodbTable, sortKeyPrefix };
}

function taken(table: SourceTable, other: SourceTable): Diagnostic {
  return {
    code: "GRAPH_DUPLICATE",
    message: `${other.relation} is declared, and is where ${table.relation} keeps its rejected rows.`,
    place: other.place,
    hint: `Rename the one, or leave rejects out of the other, ${table.place.file}:${table.place.line}.`,
  };
}
