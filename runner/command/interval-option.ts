import type { CompiledProject } from "../compile/compile.ts";
import { Failure } from "../core/diagnostic.ts";
import type { Interval } from "../core/interval.ts";
import type { NodeId } from "../core/node.ts";
import type { RunOptions } from "./options.ts";

const moment = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?)?$/;
const day = 86_400_000;

/** Reads `2026-03-01..2026-03-05`, of which the end is not part, or one day alone; undefined when it is neither. */
export function parseInterval(text: string): Interval | undefined {
  const [from = "", until, ...others] = text.split("..");
  const start = readMoment(from);
  if (start === undefined || others.length > 0) return undefined;
  const end = until === undefined ? start + day : readMoment(until);
  if (end === undefined || end <= start) return undefined;
  return { start: new Date(start).toISOString(), end: new Date(end).toISOString() };
}

/** Milliseconds; a time is UTC. A day that no month has is none. */
function readMoment(text: string): number | undefined {
  if (!moment.test(text)) return undefined;
  const [date = "", time = "00:00"] = text.split(/[T ]/);
  const read = new Date(`${date}T${time.length === 5 ? `${time}:00` : time}Z`);
  if (Number.isNaN(read.getTime()) || read.toISOString().slice(0, 10) !== date) return undefined;
  return read.getTime();
}

/** Refuses options about intervals where nothing selected is built by interval. */
export function assertIntervals(
  { gaps, interval, fullRefresh }: RunOptions,
  { graph }: Pick<CompiledProject, "graph">,
  selected: ReadonlySet<NodeId>,
): void {
  if (interval === undefined && gaps !== true) return;
  const name = interval === undefined ? "--gaps" : "--interval";
  if (interval !== undefined && (fullRefresh === true || gaps === true)) {
    const other = fullRefresh === true ? "--full-refresh" : "--gaps";
    throw usage(`--interval and ${other} exclude one another.`, "Leave one of the two out.");
  }
  const isByInterval = [...selected].some((id) => {
    const node = graph.nodes.get(id);
    if (node?.kind !== "model" || node.materialization.type !== "incremental") return false;
    return node.materialization.strategy === "by_interval";
  });
  if (isByInterval) return;
  throw usage(
    `${name} has nothing to act on: no selected model is built by interval.`,
    "Such a model has materialized: incremental and strategy: by_interval.",
  );
}

function usage(message: string, hint: string): Failure {
  return new Failure([{ code: "CLI_USAGE", message, hint }]);
}
