import { printColumnType } from "../../core/column-type.ts";
import type { Diagnostic } from "../../core/diagnostic.ts";
import type { LakeColumn } from "../../core/manifest.ts";
import type { Model } from "../../core/node.ts";
import type { Column } from "../../core/node-base.ts";
import { repointed } from "../../core/published-name.ts";
import type { RelationName } from "../../core/relation.ts";
import type { PublishedRelation } from "../../core/state.ts";
import { fingerprintOf } from "../fingerprint-of.ts";
import type { PlanRequest } from "../request.ts";
import type { WriteStep } from "../step.ts";

export interface ModelRequest<Of extends Model["materialization"] = Model["materialization"]> {
  readonly node: Model & { readonly materialization: Of };
  /** Ids of the steps that it waits for. */
  readonly after: readonly string[];
  /** What this run builds. */
  readonly inRun: ReadonlySet<RelationName>;
  /** What a ref stands for in this run. */
  readonly resolve: (relation: RelationName) => string;
  readonly request: PlanRequest;
  /** What is found wrong is added here. */
  readonly diagnostics: Diagnostic[];
  /** What the user should know is added here, in sentences. */
  readonly notes: string[];
}

/** What the ways to write a model differ in. */
export type Parts = Omit<
  WriteStep,
  "kind" | "id" | "after" | "relation" | "place" | "template" | "contract" | "key" | "partitionBy"
>;

export function lakeColumns(columns: readonly Column[]): readonly LakeColumn[] {
  return columns.map(({ name, type, classes = [] }) => ({
    name,
    type: printColumnType(type),
    ...(classes.length === 0 ? {} : { classes }),
  }));
}

export function namesOf(columns: readonly { readonly name: string }[]): readonly string[] {
  return columns.map((column) => column.name);
}

/** What is the same in every kind of publication of a node. */
export function publishedBy(
  { relation, columns }: Pick<NewTable, "relation" | "columns">,
  { compiled, run, state }: PlanRequest,
): Pick<PublishedRelation, "relation" | "columns" | "fingerprint" | "runId" | "environment"> {
  return {
    relation,
    columns: lakeColumns(columns),
    fingerprint: fingerprintOf(compiled, relation),
    runId: run.id,
    environment: state.environment,
  };
}

/** Points the public view of a relation at other rows. */
export function publicView(
  { relation, columns }: Pick<NewTable, "relation" | "columns">,
  definition: string,
  request: Pick<PlanRequest, "dialect" | "state">,
): readonly string[] {
  return repointed({ relation, columns: lakeColumns(columns) }, definition, request);
}

interface NewTable {
  readonly relation: RelationName;
  readonly columns: readonly Column[];
  readonly materialization: PublishedRelation["materialization"];
}

/** A new physical table takes the place of what is published. */
export function replacing(
  { relation, columns, materialization }: NewTable,
  request: PlanRequest,
): Pick<Parts, "candidate" | "counted" | "publish" | "discard" | "published"> {
  const { dialect, run } = request;
  const physical = dialect.physical(relation, run.id);
  const definition = `select ${namesOf(columns).join(", ")} from ${physical}`;
  return {
    candidate: physical,
    counted: physical,
    publish: [...publicView({ relation, columns }, definition, request)],
    discard: [dialect.dropTable(physical)],
    published: {
      ...publishedBy({ relation, columns }, request),
      materialization,
      physical,
      definition,
    },
  };
}
