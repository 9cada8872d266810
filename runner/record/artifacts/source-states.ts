import { createHash } from "node:crypto";
import type { WarehouseState } from "../../core/state.ts";
import type { Graph } from "../../graph/graph.ts";
import type { SourceState } from "./schemas.ts";

/** What is published of each source table of a project. */
export function sourceStates(
  graph: Graph,
  state: WarehouseState,
): Readonly<Record<string, SourceState>> {
  const states: Record<string, SourceState> = {};
  for (const id of [...graph.nodes.keys()].sort()) {
    const node = graph.nodes.get(id);
    if (node?.kind !== "source") continue;
    const manifest = state.manifests.get(node.relation);
    if (manifest === undefined) continue;
    const checksums = manifest.files.map(({ sha256 }) => sha256).sort();
    states[id] = {
      watermark: state.watermarks.get(node.relation),
      content: createHash("sha256").update(checksums.join("\n")).digest("hex"),
      rows: manifest.files.reduce((sum, { rows }) => sum + rows, 0),
      run_id: manifest.runId,
    };
  }
  return states;
}

/** Both ISO 8601 in UTC, with any number of digits behind the second. */
function isLater(one: string, other: string): boolean {
  const comparable = (time: string) => {
    const [seconds = "", fraction = ""] = time.replace("Z", "").split(".");
    return `${seconds}.${fraction.padEnd(6, "0")}`;
  };
  return comparable(one) > comparable(other);
}

/**
 * Whether a source table holds newer data than it did: a higher watermark, or, where there is none, other files. A
 * lookback writes the same rows again, so files alone tell nothing where there is a watermark. Newer rows that were
 * seen in the source and not extracted yet count too.
 */
export function isFresher(now: SourceState, then: SourceState | undefined): boolean {
  if (then === undefined) return true;
  const seen = then.freshness?.max_loaded_at;
  if (seen !== undefined && now.watermark !== undefined && isLater(seen, now.watermark))
    return true;
  if (now.watermark === undefined || then.watermark === undefined) {
    return now.content !== then.content;
  }
  return now.watermark > then.watermark;
}
