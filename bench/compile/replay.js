import { mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";

/**
 * Sends statements to a new database through DuckDB's client alone, one after the other, each on the connection that
 * sent it first. Files that they write go below another folder.
 *
 * node replay.js <statements.jsonl> <database> <threads> <lake> <folder instead of the lake>
 */
const [, , log = "", database = "", threads = "1", lake = "", insteadOfLake = ""] = process.argv;
const statements = readFileSync(log, "utf8")
  .split("\n")
  .filter(Boolean)
  .map((line) => JSON.parse(line));

const instance = await DuckDBInstance.create(database, { threads });
/** @type {import("@duckdb/node-api").DuckDBConnection[]} */
const connections = [];
for (const { connection, statement } of statements) {
  while (connections.length <= connection) {
    const opened = await instance.connect();
    await opened.run("set TimeZone = 'UTC'; set errors_as_json = true");
    connections.push(opened);
  }
  const text = statement.replaceAll(lake, insteadOfLake);
  const target = /^copy [^]* to '([^']+)'/.exec(text)?.[1];
  if (target !== undefined) mkdirSync(dirname(target), { recursive: true });
  await connections[connection]?.runAndReadAll(text);
}
for (const connection of connections) connection.closeSync();
instance.closeSync();
