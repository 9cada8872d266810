import type { Replacement } from "../../core/dialect.ts";
import type { Incremental, Snapshot } from "../../core/materialization.ts";
import { publishedName } from "../../core/published-name.ts";
import type { PublishedRelation } from "../../core/state.ts";
import { runIdColumn, runIdType } from "../../core/technical-columns.ts";
import { isBehind } from "../environment.ts";
import { namesOf, publicView, publishedBy } from "./parts.ts";
import type { ModelRequest, Parts } from "./parts.ts";
import { hasDeclaredColumns } from "./schema-change.ts";
import type { Reshaped } from "./schema-change.ts";

export type GrowingRequest = ModelRequest<Incremental | Snapshot>;

/** A published table that can grow: its rows know which run wrote them. */
export type Grown = PublishedRelation & { readonly physical: string };

/** What a model grows on: the rows of an earlier build of its own kind; undefined when there are none. */
export function grownTable({ node, request }: GrowingRequest): Grown | undefined {
  const { state } = request;
  const { type, fullRefresh, onSchemaChange } = node.materialization;
  const own = state.published.get(node.relation);
  const inProduction = state.production.get(node.relation);
  // The history of an environment that is behind lacks what only production saw, and no source could tell it again.
  const isLacking = type === "snapshot" && own !== undefined && isBehind(own.runId, state);
  const published = isLacking && inProduction?.materialization === type ? inProduction : own;
  // The raw zone tells what is, and not what a history has seen.
  const isAnew = request.fullRefresh || (request.from === "raw" && type === "incremental");
  if (isAnew && fullRefresh === "allow") return undefined;
  if (published?.materialization !== type || published.physical === undefined) return undefined;
  if (onSchemaChange === "rebuild" && !hasDeclaredColumns(node, published)) return undefined;
  return { ...published, physical: published.physical };
}

interface Growth {
  readonly grown: Grown;
  readonly reshaped: Reshaped;
  /** The table of the staged rows, as `write` makes it. */
  readonly staged: string;
  readonly replace: Replacement;
  /** Other private tables that only `write` needs. */
  readonly helpers?: readonly string[];
}

/**
 * Joins staged rows to the published ones: where the table has the declared columns, in that table, in the publish
 * transaction and so that it can be taken back; else in a new one.
 */
export function growingParts(
  { node, request }: GrowingRequest,
  { grown, reshaped, staged, replace, helpers = [] }: Growth,
): Pick<
  Parts,
  "mode" | "write" | "candidate" | "counted" | "publish" | "undo" | "discard" | "published"
> {
  const { dialect, run } = request;
  const { relation, columns } = node;
  const candidate = dialect.physical(relation, run.id);
  const delta = { published: reshaped.rows, delta: staged, replace, columns: namesOf(columns) };
  const dropStaged = [staged, ...helpers].map((name) => dialect.dropTable(name));
  // A table of production is not changed in an environment, which goes on in one of its own.
  if (!reshaped.isSame || grown.environment !== request.state.environment) {
    const table = newTable({ node, request }, dialect.rewrittenQuery(delta, run.id));
    return {
      ...table,
      mode: "delta",
      counted: staged,
      publish: [...table.publish, ...dropStaged],
      discard: [...table.discard, ...dropStaged],
    };
  }
  const undo = replace.by === "nothing" ? undefined : `${candidate}__undo`;
  const applied = { ...delta, runId: run.id, undo };
  return {
    mode: "delta",
    write: [dialect.createView(candidate, dialect.mergedQuery(delta))],
    candidate,
    counted: staged,
    publish: [dialect.dropView(candidate), ...dialect.applyDelta(applied), ...dropStaged],
    undo: { statements: dialect.undoDelta(applied), physical: undo === undefined ? [] : [undo] },
    discard: [dialect.dropView(candidate), ...dropStaged],
    published: { ...grown, ...publishedBy(node, request) },
  };
}

/** A new table whose rows know that this run wrote them. */
export function firstParts(wanted: GrowingRequest, query: string): Omit<Parts, "query"> {
  const { node, request } = wanted;
  const { dialect, run } = request;
  return newTable(wanted, dialect.stampedQuery(query, namesOf(node.columns), run.id));
}

/** A table of rows that know which run wrote them, and a candidate of what readers see of it, without that column. */
function newTable(
  { node, request }: Pick<GrowingRequest, "node" | "request">,
  query: string,
): Omit<Parts, "query"> {
  const { dialect, run } = request;
  const { relation, columns, materialization, redshift } = node;
  const candidate = dialect.physical(relation, run.id);
  const physical = `${candidate}__rows`;
  const stored = dialect.storeTable(physical, query, {
    columns: [...columns, { name: runIdColumn, type: runIdType }],
    storage: redshift,
  });
  const definition = `select ${namesOf(columns).join(", ")} from ${physical}`;
  return {
    mode: "table",
    write: [...stored, dialect.createView(candidate, definition)],
    candidate,
    counted: physical,
    publish: [
      dialect.dropView(candidate),
      ...publicView({ relation, columns }, definition, request),
    ],
    discard: [dialect.dropView(candidate), dialect.dropTable(physical)],
    published: {
      ...publishedBy(node, request),
      materialization: materialization.type,
      physical,
      definition,
    },
  };
}

/** SQL text of the relation itself, as `{{this}}`. */
export function selfOf({ node, request }: GrowingRequest): string {
  return publishedName(request.state, node.relation);
}
