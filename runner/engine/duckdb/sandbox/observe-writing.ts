import type { DuckDBConnection, Json } from "@duckdb/node-api";
import { declaredType } from "../../../core/declared-type.ts";
import { parseRelationName, zoneOf } from "../../../core/relation.ts";
import type { RelationName } from "../../../core/relation.ts";
import type { SandboxReply, SandboxWriting, WrittenRelation } from "./protocol.ts";
import type { Admitted } from "./statement-gate.ts";
import { copyStatement, quoteName } from "./write-output.ts";

/** The tables that there are, with what changes whenever a table is made anew or its rows change. */
type Tables = ReadonlyMap<string, { readonly made: string; readonly rows: string }>;

/**
 * Runs a statement that writes, and finds out from the engine's catalogue and from the rows what it did: which relation a
 * statement means is the engine's to say, and not that of a reading of its text.
 */
export async function carryOutWriting(
  { prepared, kind }: Admitted,
  connection: DuckDBConnection,
  writing: SandboxWriting,
): Promise<SandboxReply> {
  const before = await tablesOf(connection, writing);
  const result = await prepared.run();
  const rows = result.rowsChanged;
  const after = await tablesOf(connection, writing);
  const touched = [...new Set([...before.keys(), ...after.keys()])].filter((name) => {
    const [one, other] = [before.get(name), after.get(name)];
    return one?.made !== other?.made || one?.rows !== other?.rows;
  });
  const [name, ...others] = touched;
  if (name === undefined && kind === "making") {
    const reason = "Nothing was made: a role makes tables of the lake, which are not there yet.";
    return { kind: "refused", reason, hint: "create table work.name as select …" };
  }
  if (name === undefined) return { kind: "written", rows };
  const relation = parseRelationName(name);
  if (others.length > 0 || relation === undefined || !writing.zones.includes(zoneOf(relation))) {
    const hint = `Relations are called zone.name, in lower snake case, of ${writing.zones.join(", ")}.`;
    return { kind: "refused", reason: `${touched.join(", ")} cannot be written.`, hint };
  }
  const changed = await describeChange(relation, { before, after, connection, writing });
  return { kind: "written", changed, rows };
}

interface Change {
  readonly before: Tables;
  readonly after: Tables;
  readonly connection: DuckDBConnection;
  readonly writing: SandboxWriting;
}

async function describeChange(
  relation: RelationName,
  { before, after, connection, writing }: Change,
): Promise<WrittenRelation> {
  const [old, now] = [before.get(relation), after.get(relation)];
  if (now === undefined) return { kind: "dropped", relation };
  const described = await connection.runAndReadAll(`describe ${quoted(relation)}`);
  const columns = described
    .getRowsJson()
    .map((row) => row.map(asText))
    .map(([name = "", type = ""]) => ({ name, type: declaredType(type).type }));
  await connection.run(copyStatement(quoted(relation), columns, writing.path));
  const counted = await connection.runAndReadAll(`select count(*) from ${quoted(relation)}`);
  const rows = Number(counted.getRowsJson()[0]?.[0]);
  const kind = old === undefined ? "created" : old.made === now.made ? "changed" : "replaced";
  return { kind, relation, columns, rows };
}

async function tablesOf(
  connection: DuckDBConnection,
  { relations }: SandboxWriting,
): Promise<Tables> {
  const found = await connection.runAndReadAll(
    "select schema_name || '.' || table_name, table_oid from duckdb_tables() where not temporary and not internal",
  );
  const tables = new Map<string, { made: string; rows: string }>();
  for (const [name, made] of found.getRowsJson().map((row) => row.map(asText))) {
    if (name === undefined || made === undefined) continue;
    const relation = relations.find((each) => each === name);
    const rows = relation === undefined ? "" : await rowsHash(connection, relation);
    tables.set(name, { made, rows });
  }
  return tables;
}

/** Changes with any of the rows, whatever their order. No column is called `_row`: names begin with a letter. */
async function rowsHash(connection: DuckDBConnection, relation: RelationName): Promise<string> {
  const read = await connection.runAndReadAll(
    `select count(*), sum(hash(_row)) from ${quoted(relation)} as _row`,
  );
  return JSON.stringify(read.getRowsJson()[0]);
}

function quoted(relation: RelationName): string {
  return relation.split(".").map(quoteName).join(".");
}

function asText(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
