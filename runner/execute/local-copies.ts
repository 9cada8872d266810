import { concurrently } from "../core/concurrently.ts";
import type { WarehouseState } from "../core/state.ts";
import type { ExecutionContext } from "./context.ts";

/** Files of the lake that are fetched at the same time. */
const fetchedAtATime = 4;

/**
 * Makes sure that the files which public views read are on this machine, where the lake is not: those of raw relations,
 * and of what a new warehouse has taken over from the lake.
 */
export async function ensureLocalCopies(
  { published, manifests }: Pick<WarehouseState, "published" | "manifests">,
  { lake }: Pick<ExecutionContext, "lake">,
): Promise<void> {
  const files = [...published.values()]
    .filter(({ physical, materialization }) => physical === undefined && materialization !== "view")
    .flatMap(({ relation }) => manifests.get(relation)?.files ?? []);
  await concurrently(files, fetchedAtATime, async (file) => {
    await lake.localPath(file);
  });
}
