import { paginateListStatements } from "@aws-sdk/client-redshift-data";
import { namePrefix } from "../../../runner/engine/redshift/client-token.ts";
import { openClient } from "../../../runner/engine/redshift/connection.ts";
import type { RedshiftPlace } from "./redshift-target.ts";

/** The texts of what a run submitted, by its id, as the service itself tells them. */
export async function statementHistory(
  { connection }: RedshiftPlace,
  run: string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const client = openClient(connection);
  const { workgroup: WorkgroupName, database: Database } = connection;
  const wanted = {
    StatementName: namePrefix(run),
    Status: "ALL",
    WorkgroupName,
    Database,
  } as const;
  const found = new Map<string, readonly string[]>();
  for await (const { Statements = [] } of paginateListStatements({ client }, wanted)) {
    for (const { Id = "", QueryString, QueryStrings } of Statements) {
      found.set(Id, QueryStrings ?? [QueryString ?? ""]);
    }
  }
  client.destroy();
  return found;
}
