import type { SnapshotRules } from "./dialect.ts";
import type { Snapshot } from "./materialization.ts";
import { queryColumns } from "./node.ts";
import type { Model } from "./node.ts";

/** How a snapshot finds its versions in a run that began at `now`, a SQL literal. */
export function snapshotRules(
  { columns, materialization }: Pick<Model, "columns"> & { readonly materialization: Snapshot },
  now: string,
): SnapshotRules {
  const { key, deletes } = materialization;
  return {
    columns: queryColumns({ columns, materialization }),
    key,
    deletes,
    change:
      materialization.strategy === "timestamp"
        ? { strategy: "timestamp", cursor: materialization.cursor }
        : { strategy: "check", columns: materialization.columns },
    now,
  };
}
