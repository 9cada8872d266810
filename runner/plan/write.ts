import { printColumnType } from "../core/column-type.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { Dialect } from "../core/dialect.ts";
import type { LakeColumn } from "../core/manifest.ts";
import type { Column, Model, Seed } from "../core/node.ts";
import type { RelationName } from "../core/relation.ts";
import type { PlanRequest } from "./request.ts";
import type { WriteStep } from "./step.ts";

export function lakeColumns(columns: readonly Column[]): readonly LakeColumn[] {
  return columns.map((column) => ({ name: column.name, type: printColumnType(column.type) }));
}

/** Makes a table of a seed's rows. */
export function seedStatements(name: string, node: Seed, dialect: Dialect): readonly string[] {
  const rows = node.rows.map((row) =>
    node.columns.map((column, index) => dialect.literal(row[index] ?? null, column.type)),
  );
  return [
    dialect.createTable(name, node.columns),
    ...(rows.length > 0 ? [dialect.insertRows(name, rows)] : []),
  ];
}

export function planSeed(node: Seed, after: readonly string[], request: PlanRequest): WriteStep {
  const { dialect, run } = request;
  const physical = dialect.physical(node.relation, run.id);
  return {
    kind: "seed",
    id: node.relation,
    after,
    relation: node.relation,
    place: node.place,
    mode: "table",
    contract: node.columns,
    key: node.key,
    write: seedStatements(physical, node, dialect),
    ...replacing(node.relation, physical, node.columns, request),
    published: {
      relation: node.relation,
      materialization: "seed",
      physical,
      columns: lakeColumns(node.columns),
      runId: run.id,
    },
  };
}

export interface ModelRequest {
  readonly node: Model;
  readonly after: readonly string[];
  readonly resolve: (relation: RelationName) => string;
  readonly request: PlanRequest;
  readonly diagnostics: Diagnostic[];
}

export function planModel(wanted: ModelRequest): WriteStep {
  const { node, after } = wanted;
  const base = {
    kind: "model" as const,
    id: node.relation,
    after,
    relation: node.relation,
    place: { file: node.template.file, line: 1, column: 1 },
    template: node.template,
    contract: node.columns,
    key: node.key,
  };
  switch (node.materialization.type) {
    case "view":
      return { ...base, ...viewParts(wanted) };
    case "table":
      return { ...base, ...tableParts(wanted, "table") };
    case "incremental": {
      const delta = deltaParts(wanted, node.materialization);
      if (delta !== undefined) return { ...base, ...delta };
      return {
        ...base,
        ...tableParts(wanted, "incremental"),
        watermark: `max(${node.materialization.cursor})`,
      };
    }
    default:
      return node.materialization satisfies never;
  }
}

type Parts = Omit<
  WriteStep,
  "kind" | "id" | "after" | "relation" | "place" | "template" | "contract" | "key"
>;

function replacing(
  relation: RelationName,
  physical: string,
  columns: readonly Column[],
  { dialect }: PlanRequest,
): Pick<WriteStep, "candidate" | "counted" | "publish" | "discard"> {
  const list = columns.map((column) => column.name).join(", ");
  return {
    candidate: physical,
    counted: physical,
    publish: [dialect.replaceView(dialect.relation(relation), `select ${list} from ${physical}`)],
    discard: [dialect.dropTable(physical)],
  };
}

function tableParts(wanted: ModelRequest, materialization: "table" | "incremental"): Parts {
  const { node, resolve, request } = wanted;
  const { compiled, dialect, run } = request;
  const physical = dialect.physical(node.relation, run.id);
  const self = dialect.relation(node.relation);
  const query = compiled.modelQuery(node, { dialect: dialect.name, resolve, self });
  return {
    mode: "table",
    query,
    write: [dialect.createTableAs(physical, query)],
    ...replacing(node.relation, physical, node.columns, request),
    published: {
      relation: node.relation,
      materialization,
      physical,
      columns: lakeColumns(node.columns),
      runId: run.id,
    },
  };
}

/** A view's candidate reads candidates; what is published reads public names, so that it follows later publishes. */
function viewParts({ node, resolve, request }: ModelRequest): Parts {
  const { compiled, dialect, run } = request;
  const candidate = dialect.physical(node.relation, run.id);
  const self = dialect.relation(node.relation);
  const query = compiled.modelQuery(node, { dialect: dialect.name, resolve, self });
  const publicQuery = compiled.modelQuery(node, {
    dialect: dialect.name,
    resolve: (relation) => dialect.relation(relation),
    self,
  });
  return {
    mode: "view",
    query,
    write: [dialect.createView(candidate, query)],
    candidate,
    publish: [dialect.replaceView(self, publicQuery), dialect.dropView(candidate)],
    discard: [dialect.dropView(candidate)],
    published: {
      relation: node.relation,
      materialization: "view",
      columns: lakeColumns(node.columns),
      runId: run.id,
    },
  };
}

/** Parts of an increment; undefined when there is nothing to add to, or everything is to be built anew. */
function deltaParts(
  { node, resolve, request, diagnostics }: ModelRequest,
  { key, cursor }: { readonly key: readonly string[]; readonly cursor: string },
): Parts | undefined {
  const { compiled, dialect, run, state, fullRefresh } = request;
  const published = state.published.get(node.relation);
  const watermark = state.watermarks.get(node.relation);
  const physical = published?.physical;
  if (fullRefresh || published?.materialization !== "incremental") return undefined;
  if (physical === undefined || watermark === undefined) return undefined;

  const columns = lakeColumns(node.columns);
  if (JSON.stringify(columns) !== JSON.stringify(published.columns)) {
    diagnostics.push({
      code: "CONTRACT_MISMATCH",
      message: `The columns of ${node.relation} are not those of the published table, to which only rows can be added.`,
      place: node.place,
      cause: `Published: ${describe(published.columns)}. Declared: ${describe(columns)}.`,
      hint: `Build it from nothing: runner build --select ${node.relation} --full-refresh`,
    });
  }
  const cursorType = node.columns.find((column) => column.name === cursor)?.type ?? {
    kind: "timestamp",
  };
  const candidate = dialect.physical(node.relation, run.id);
  const staged = `${candidate}__delta`;
  const query = compiled.modelQuery(node, {
    dialect: dialect.name,
    resolve,
    self: dialect.relation(node.relation),
    increment: {
      since: dialect.literal(watermark, cursorType),
      until: dialect.literal(run.startedAt, cursorType),
    },
  });
  const delta = {
    published: physical,
    delta: staged,
    key,
    columns: node.columns.map((column) => column.name),
  };
  return {
    mode: "delta",
    query,
    write: [
      dialect.createTableAs(staged, query),
      dialect.createView(candidate, dialect.mergedQuery(delta)),
    ],
    candidate,
    counted: staged,
    watermark: `greatest(max(${cursor}), ${dialect.literal(watermark, cursorType)})`,
    publish: [dialect.dropView(candidate), ...dialect.applyDelta(delta), dialect.dropTable(staged)],
    discard: [dialect.dropView(candidate), dialect.dropTable(staged)],
    published: { ...published, columns, runId: run.id },
  };
}

function describe(columns: readonly LakeColumn[]): string {
  return columns.map((column) => `${column.name} ${column.type}`).join(", ");
}
