import type { DataTest } from "./data-test.ts";
import { snapshotColumns } from "./materialization.ts";
import type { Materialization } from "./materialization.ts";
import type { Column, NodeBase } from "./node-base.ts";
import type { RelationName } from "./relation.ts";
import type { SourceTable } from "./source-table.ts";
import type { TableStorage } from "./table-storage.ts";
import type { Template } from "./template.ts";
import type { UnitTest } from "./unit-test.ts";

export interface Seed extends NodeBase {
  readonly kind: "seed";
  readonly relation: RelationName;
  readonly file: string;
  readonly key: readonly string[];
  readonly columns: readonly Column[];
  /** The CSV's records in column order; an empty field is null. */
  readonly rows: readonly (readonly (string | null)[])[];
  /** Sha-256 of the CSV's bytes, in hexadecimal. */
  readonly checksum: string;
}

/** Statements around the write of a model's candidate, one template each. */
export interface ModelHooks {
  /** `{{this}}` is what readers see now. */
  readonly pre: readonly Template[];
  /** `{{this}}` is the candidate, which no reader sees yet. */
  readonly post: readonly Template[];
}

/** Statements around a whole run, one template each; refs are what readers see. */
export interface RunHooks {
  readonly start: readonly Template[];
  /** They know how the run ended, and run also when it failed. */
  readonly end: readonly Template[];
}

export interface Model extends NodeBase {
  readonly kind: "model";
  readonly relation: RelationName;
  readonly grain: string;
  /** The columns that tell one row from another; empty when none are declared. */
  readonly key: readonly string[];
  readonly template: Template;
  readonly materialization: Materialization;
  /** What readers see: the declared columns and, behind those of a snapshot, the ones that it adds. */
  readonly columns: readonly Column[];
  /** Absent where there are none. */
  readonly hooks?: ModelHooks;
  /** A date or timestamp by whose day the lake's files are parted. */
  readonly partitionBy?: string;
  /** Absent where Redshift is to decide. */
  readonly redshift?: TableStorage;
}

/** The columns that a model's query yields. */
export function queryColumns(model: Pick<Model, "columns" | "materialization">): readonly Column[] {
  if (model.materialization.type !== "snapshot") return model.columns;
  return model.columns.slice(0, -snapshotColumns.length);
}

export type RelationNode = SourceTable | Seed | Model;

export type TestNode = DataTest | UnitTest;

export type ProjectNode = RelationNode | TestNode;

/** A node's key in the graph: `gold.sales` for what makes a relation, `test.<name>` and `unit_test.<name>` for tests. */
export type NodeId = RelationName | `test.${string}` | `unit_test.${string}`;

export function nodeId(node: ProjectNode): NodeId {
  switch (node.kind) {
    case "test":
      return `test.${node.name}`;
    case "unit_test":
      return `unit_test.${node.name}`;
    default:
      return node.relation;
  }
}

export function isTest(node: ProjectNode | undefined): node is TestNode {
  return node?.kind === "test" || node?.kind === "unit_test";
}

type EphemeralModel = Model & { readonly materialization: { readonly type: "ephemeral" } };

/** Whether a node stands inside the queries of its readers, and nowhere for itself. */
export function isEphemeral(node: ProjectNode | undefined): node is EphemeralModel {
  return node?.kind === "model" && node.materialization.type === "ephemeral";
}
