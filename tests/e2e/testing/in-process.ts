import type { RunOptions } from "../../../runner/command/options.ts";
import { compileProject, openProject } from "../../../runner/command/project.ts";
import { holdWarehouse } from "../../../runner/command/held-warehouse.ts";
import { carryOut } from "../../../runner/command/run.ts";
import { nodesFor } from "../../../runner/command/run-verb.ts";
import type { Io } from "../../../runner/core/io.ts";
import type { TestProject } from "./project.ts";
// Jest cannot link modules that are imported lazily at the same time: they are there already.
import "../../../runner/engine/duckdb/engine.ts";
import "../../../runner/extract/dynamodb/dynamodb-extractor.ts";
import "../../../runner/extract/postgres/postgres-extractor.ts";
import "../../../runner/lake/folder-lake.ts";
import "../../../runner/record/ledger.ts";
import "../../../runner/record/lease.ts";

/** Builds a project within this process, which is faster than the binary and lets a test reach its input and output. */
export async function buildInProcess(project: TestProject, io: Io): Promise<number> {
  const options: RunOptions = { project: project.folder };
  const linked = await openProject(options);
  const compiled = await compileProject(linked, {});
  const selected = await nodesFor("build", linked, options);
  const request = { verb: "build", options, linked, compiled, selected } as const;
  return holdWarehouse({ linked, options, command: "build", io }, (held) =>
    carryOut(request, held),
  );
}
