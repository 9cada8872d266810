import type { Dialect } from "../../core/dialect.ts";
import type { Incremental } from "../../core/materialization.ts";
import type { Model } from "../../core/node.ts";
import type { Column } from "../../core/node-base.ts";
import { replacementOf } from "../../core/replacement.ts";
import type { Guard } from "../step.ts";
import { firstParts, growingParts, grownTable, selfOf } from "./grow.ts";
import type { ModelRequest, Parts } from "./parts.ts";
import { reshape } from "./schema-change.ts";

type ByCursor = Exclude<Incremental, { readonly strategy: "by_interval" }>;

/** The rows since the watermark join what is published; everything, when nothing says where to go on. */
export function incrementalParts(wanted: ModelRequest<ByCursor>): Parts {
  const { node, resolve, request, diagnostics } = wanted;
  const { compiled, dialect, run, state } = request;
  const { cursor } = node.materialization;
  const context = { dialect: dialect.name, resolve, self: selfOf(wanted) };
  const grown = grownTable(wanted);
  const watermark = state.watermarks.get(node.relation);
  if (grown === undefined || watermark === undefined) {
    const query = compiled.modelQuery(node, context);
    const parts = firstParts(wanted, query);
    const guards = keyGuards(node, parts.counted ?? parts.candidate, parts.write.at(-1) ?? "");
    return { query, ...parts, guards, watermark: `max(${cursor})` };
  }

  const reshaped = reshape(node, grown, dialect);
  if ("code" in reshaped) diagnostics.push(reshaped);
  const highest = highestKnown(node, watermark, dialect);
  const query = compiled.modelQuery(node, {
    ...context,
    increment: {
      since: dialect.literal(watermark, typeOf(node, cursor)),
      until: dialect.literal(run.startedAt, typeOf(node, cursor)),
    },
  });
  const staged = `${dialect.physical(node.relation, run.id)}__delta`;
  const stage = dialect.createTableAs(staged, query);
  const parts = growingParts(wanted, {
    grown,
    reshaped: "code" in reshaped ? { rows: grown.physical, isSame: true } : reshaped,
    staged,
    replace: replacementOf(node.materialization, node.columns),
  });
  return {
    query,
    ...parts,
    write: [stage, ...parts.write],
    guards: keyGuards(node, staged, stage),
    watermark: highest,
    emptyChangesNothing: parts.undo !== undefined,
  };
}

/** Never back, even when old rows are written again. */
export function highestKnown(node: Model, watermark: string | undefined, dialect: Dialect): string {
  const { materialization } = node;
  const cursor = "cursor" in materialization ? materialization.cursor : "null";
  if (watermark === undefined) return `max(${cursor})`;
  return `greatest(max(${cursor}), ${dialect.literal(watermark, typeOf(node, cursor))})`;
}

export function typeOf({ columns }: Pick<Model, "columns">, name: string): Column["type"] {
  return columns.find((column) => column.name === name)?.type ?? { kind: "timestamp" };
}

function keyGuards(
  { relation, materialization }: ModelRequest<ByCursor>["node"],
  staged: string,
  after: string,
): readonly Guard[] {
  if (materialization.strategy !== "merge") return [];
  const { key } = materialization;
  const missing = key.map((column) => `${column} is null`).join(" or ");
  return [
    {
      after,
      query: `select * from ${staged} where ${missing}`,
      diagnostic: {
        code: "KEY_NULL",
        message: `${relation} yields rows whose key (${key.join(", ")}) is null: a later run could not find them to replace them.`,
        hint: "Leave such rows out, or give them a key in the model: coalesce(…, …).",
      },
    },
  ];
}
