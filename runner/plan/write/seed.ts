import type { Dialect } from "../../core/dialect.ts";
import type { Seed } from "../../core/node.ts";
import type { PlanRequest } from "../request.ts";
import type { WriteStep } from "../step.ts";
import { replacing } from "./parts.ts";

/** Makes a table of a seed's rows. */
export function seedStatements(name: string, node: Seed, dialect: Dialect): readonly string[] {
  const rows = node.rows.map((row) =>
    node.columns.map((column, index) => dialect.literal(row[index] ?? null, column.type)),
  );
  return [dialect.createTable(name, node.columns), ...dialect.insertRows(name, rows)];
}

export function planSeed(node: Seed, after: readonly string[], request: PlanRequest): WriteStep {
  const { dialect, run } = request;
  const { relation, columns, place, key } = node;
  return {
    kind: "seed",
    id: relation,
    after,
    relation,
    place,
    mode: "table",
    contract: columns,
    key,
    write: seedStatements(dialect.physical(relation, run.id), node, dialect),
    ...replacing({ relation, columns, materialization: "seed" }, request),
  };
}
