import type { DuckDBConnection } from "@duckdb/node-api";
import { DuckDBInstance } from "@duckdb/node-api";
import { quotePlain } from "../../../core/sql-text.ts";
import type { SandboxRequest } from "./protocol.ts";

/** What no setup needs either: nothing is fetched, loaded or remembered, and nothing spills to a disk. */
const closed = {
  autoinstall_known_extensions: "false",
  autoload_known_extensions: "false",
  allow_community_extensions: "false",
  allow_persistent_secrets: "false",
  allow_unsigned_extensions: "false",
  temp_directory: "",
};

export interface LockedEngine {
  /** For the asker's statement. */
  readonly asking: DuckDBConnection;
  /** For what is done beside it, as locked as the other. */
  readonly trusted: DuckDBConnection;
}

/**
 * Connections to an engine that has the relations of the setup and can reach the files that the request names, and
 * nothing else: no other file, no folder, no network, no extension, and no setting can be changed any more.
 */
export async function openLockedEngine(
  request: Pick<SandboxRequest, "setup" | "reachable" | "threads" | "memoryBytes">,
): Promise<LockedEngine> {
  const { setup, reachable, threads, memoryBytes } = request;
  const instance = await DuckDBInstance.create(":memory:", {
    ...closed,
    threads: String(threads),
    memory_limit: `${memoryBytes}B`,
  });
  const trusted = await instance.connect();
  await trusted.run("set TimeZone = 'UTC'");
  for (const statement of setup) await trusted.run(statement);
  const lock = [
    "set errors_as_json = true",
    `set allowed_paths = [${reachable.map(quotePlain).join(", ")}]`,
    "set allowed_directories = []",
    "set enable_external_access = false",
    "set lock_configuration = true",
  ];
  for (const statement of lock) await trusted.run(statement);
  return { asking: await instance.connect(), trusted };
}
