import { counted } from "../core/counted.ts";
import { physicalSchema } from "../core/sql-text.ts";
import type { ExecutionContext } from "./context.ts";
import { dropStalePointers, followPointers } from "./pointers.ts";

type RecoveryContext = Pick<ExecutionContext, "engine" | "ledger" | "lake" | "dialect" | "emit">;

/**
 * Ends what a killed run left: candidates that were never published go, and the lake's pointers follow what was.
 * Only the holder of the warehouse may call this.
 */
export async function recover(context: RecoveryContext): Promise<void> {
  const { engine, ledger, lake, emit } = context;
  const interrupted = await ledger.interruptedRuns();
  if (interrupted.length > 0) await engine.settle?.(interrupted);
  const dropped = await dropUnpublished(context);
  const followed = await followPointers(context);
  await dropStalePointers(context);
  if (interrupted.length === 0) return;
  const { manifests } = await ledger.collectable(new Date(0).toISOString());
  const needed = new Set(manifests.flatMap(({ files }) => files.map(({ key }) => key)));
  const runs = new Set(interrupted);
  for (const relation of await lake.relations()) {
    await lake.removeFiles(relation, { runs, keep: needed });
  }
  await ledger.closeInterrupted();
  const undone = dropped > 0 ? `, ${counted(dropped, "unpublished relation")} removed` : "";
  const finished = followed > 0 ? `, ${counted(followed, "lake manifest")} brought up to date` : "";
  await emit({
    type: "recovered",
    message: `The run ${interrupted.join(", ")} was interrupted${undone}${finished}.`,
  });
}

async function dropUnpublished({ engine, ledger, dialect }: RecoveryContext): Promise<number> {
  const known = await ledger.knownPhysical();
  const { rows } = await engine.query(
    `select table_name, table_type from information_schema.tables where table_schema = '${physicalSchema}'`,
  );
  const unknown = rows
    .map((row) => ({
      name: `${physicalSchema}.${String(row.table_name)}`,
      isView: row.table_type === "VIEW",
    }))
    .filter(({ name }) => !known.has(name));
  // Views first: a candidate view may read a staged table.
  const views = unknown.filter(({ isView }) => isView).map(({ name }) => dialect.dropView(name));
  const tables = unknown.filter(({ isView }) => !isView).map(({ name }) => dialect.dropTable(name));
  if (unknown.length > 0) await engine.transaction([...views, ...tables]);
  return unknown.length;
}
