import { shift, startOf } from "../core/interval.ts";
import type { Model } from "../core/node.ts";
import type { RenderContext } from "./renderer.ts";

/** The bounds of the first interval of a model that is built by interval: it has no other form than one of an interval. */
export function firstInterval({
  materialization,
  columns,
}: Pick<Model, "materialization" | "columns">): RenderContext["increment"] {
  if (materialization.type !== "incremental" || materialization.strategy !== "by_interval") {
    return undefined;
  }
  const { begin, interval, cursor } = materialization;
  const start = startOf(interval, Date.parse(begin));
  const kind = columns.find((column) => column.name === cursor)?.type.kind ?? "timestamp";
  const literal = (moment: number) => {
    const text = new Date(moment).toISOString().slice(0, kind === "date" ? 10 : 19);
    return `cast('${text.replace("T", " ")}' as ${kind})`;
  };
  return { since: literal(start), until: literal(shift(interval, start, 1)) };
}
