import type { Snapshot } from "../../core/materialization.ts";
import { snapshotRules } from "../../core/snapshot-rules.ts";
import type { Guard } from "../step.ts";
import { firstParts, growingParts, grownTable, selfOf } from "./grow.ts";
import type { ModelRequest, Parts } from "./parts.ts";
import { reshape } from "./schema-change.ts";

/**
 * The versions that begin or end with this run join the published ones, by their id. The query's rows are staged
 * first, so that they are read once, and looked at before anything follows from them.
 */
export function snapshotParts(wanted: ModelRequest<Snapshot>): Parts {
  const { node, resolve, request, diagnostics, notes } = wanted;
  const { compiled, dialect, run } = request;
  const query = compiled.modelQuery(node, {
    dialect: dialect.name,
    resolve,
    self: selfOf(wanted),
  });
  const candidate = dialect.physical(node.relation, run.id);
  const source = `${candidate}__source`;
  const stage = dialect.createTableAs(source, query);
  const guards = sourceGuards(node, source, stage);
  const now = dialect.literal(run.startedAt, { kind: "timestamp" });
  const rules = snapshotRules(node, now);
  const grown = grownTable(wanted);
  if (grown === undefined) {
    const parts = firstParts(wanted, dialect.firstVersions(source, rules));
    return {
      query,
      ...parts,
      guards,
      write: [stage, ...parts.write],
      publish: [...parts.publish, dialect.dropTable(source)],
      discard: [...parts.discard, dialect.dropTable(source)],
    };
  }

  if (request.fullRefresh) {
    notes.push(
      `${node.relation} is a snapshot: its history goes on, --full-refresh or not (full_refresh: allow would begin it anew).`,
    );
  }
  const reshaped = reshape(node, grown, dialect);
  if ("code" in reshaped) diagnostics.push(reshaped);
  const published = "code" in reshaped ? { rows: grown.physical, isSame: true } : reshaped;
  const staged = `${candidate}__delta`;
  const changes = dialect.changedVersions({ source, published: published.rows }, rules);
  const parts = growingParts(wanted, {
    grown,
    reshaped: published,
    staged,
    replace: {
      by: "values",
      columns: [{ name: "snapshot_id", type: { kind: "varchar", length: 32 }, nullable: false }],
    },
    helpers: [source],
  });
  return {
    query,
    ...parts,
    guards,
    write: [stage, dialect.createTableAs(staged, changes), ...parts.write],
    emptyChangesNothing: parts.undo !== undefined,
  };
}

/** A key twice would be two versions at one time; a row without a time has no place in a history. */
function sourceGuards(
  { relation, materialization }: ModelRequest<Snapshot>["node"],
  source: string,
  after: string,
): readonly Guard[] {
  const key = materialization.key.join(", ");
  const twice: Guard = {
    after,
    query: `select ${key}, count(*) as row_count from ${source} group by ${key} having count(*) > 1`,
    diagnostic: {
      code: "KEY_DUPLICATE",
      message: `The query of ${relation} yields a key (${key}) more than once: a snapshot has one version of it at a time.`,
      hint: "Let the query yield one row for each key, or declare more columns as the key.",
    },
  };
  if (materialization.strategy === "check") return [twice];
  const { cursor } = materialization;
  const timeless: Guard = {
    after,
    query: `select ${[...new Set([...materialization.key, cursor])].join(", ")} from ${source} where ${cursor} is null`,
    diagnostic: {
      code: "CURSOR_NULL",
      message: `The query of ${relation} yields rows whose ${cursor} is null: nothing says when they changed.`,
      hint: `Give them a time in the model: coalesce(${cursor}, …); or use the strategy check.`,
    },
  };
  return [twice, timeless];
}
