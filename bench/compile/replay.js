import { readFileSync } from "node:fs";
import { DuckDBInstance } from "@duckdb/node-api";

const [, , statementsFile = "", databaseFile = ""] = process.argv;
const instance = await DuckDBInstance.create(databaseFile);
const connection = await instance.connect();
for (const statement of JSON.parse(readFileSync(statementsFile, "utf8")))
  await connection.run(statement);
connection.closeSync();
instance.closeSync();
