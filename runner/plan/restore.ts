import { parseColumnType } from "../core/column-type.ts";
import type { Dialect } from "../core/dialect.ts";
import { production, publicNameIn } from "../core/environment.ts";
import type { RelationVersion } from "../core/ledger.ts";
import type { LakeManifest } from "../core/manifest.ts";
import type { RelationNode } from "../core/node.ts";
import { technicalColumns } from "../core/technical-columns.ts";
import type { PublishedRelation } from "../core/state.ts";
import type { CompiledProject } from "../compile/compile.ts";
import { fingerprintOf } from "./fingerprint-of.ts";
import { lakeColumns, namesOf } from "./write/parts.ts";

/** What the lake says of one relation. */
export interface KeptRelation {
  readonly node: RelationNode;
  readonly manifest: LakeManifest;
}

/** Its rows: those of the manifest's files, or of a table that holds them and the run that copied each. */
export type KeptRows =
  | { readonly kind: "query"; readonly query: string }
  | { readonly kind: "table"; readonly table: string };

interface Restoring {
  readonly compiled: CompiledProject;
  readonly dialect: Dialect;
  readonly runId: string;
}

/** How a relation stands again in a warehouse that was lost. */
export interface RestoredRelation {
  readonly version: RelationVersion;
  readonly statements: readonly string[];
}

/**
 * A relation as the lake has it. What can be built again is read where it lies until it is; what cannot, a history or
 * what was gathered run by run, becomes a table that goes on growing.
 */
export function restoreRelation(
  { node, manifest }: KeptRelation,
  kept: KeptRows,
  { compiled, dialect, runId }: Restoring,
): RestoredRelation {
  const { relation } = node;
  const publicName = publicNameIn(production)(relation);
  const written = growsOn(node) ? `${dialect.physical(relation, runId)}__rows` : undefined;
  const physical = kept.kind === "table" ? kept.table : written;
  const list = namesOf(manifest.columns).join(", ");
  const definition =
    kept.kind === "query" && physical === undefined
      ? kept.query
      : `select ${list} from ${physical ?? ""}`;
  const published: PublishedRelation = {
    relation,
    materialization: materializationOf(node),
    physical,
    definition,
    columns: manifest.columns,
    fingerprint: isAsDeclared(node, manifest) ? fingerprintOf(compiled, relation) : "",
    ...(manifest.intervals === undefined ? {} : { intervals: manifest.intervals }),
    runId: manifest.runId,
    environment: production,
  };
  const { watermark, identity } = manifest;
  return {
    version: { published, watermark, identity, manifest, isPointed: true },
    statements: [
      ...(kept.kind === "table" || written === undefined
        ? []
        : [
            dialect.createTableAs(
              written,
              dialect.stampedQuery(
                typedQuery(manifest, kept.query, dialect),
                namesOf(manifest.columns),
                manifest.runId,
              ),
            ),
          ]),
      ...dialect.replaceView(publicName, definition),
    ],
  };
}

function growsOn({ kind, ...node }: RelationNode): boolean {
  if (kind !== "model" || !("materialization" in node)) return false;
  const { materialization } = node;
  if (materialization.type === "snapshot") return true;
  return materialization.type === "incremental" && materialization.fullRefresh !== "allow";
}

function materializationOf(node: RelationNode): PublishedRelation["materialization"] {
  if (node.kind !== "model") return node.kind;
  const { type } = node.materialization;
  // Its view reads files and no other relation, whatever it will be once it is built.
  return type === "ephemeral" || type === "view" ? "table" : type;
}

/** Nobody knows what a model's rows were built from; of a source table, its columns tell enough. */
function isAsDeclared(node: RelationNode, { columns }: LakeManifest): boolean {
  if (node.kind !== "source") return false;
  const names = new Set(columns.map(({ name }) => name));
  const declared = lakeColumns(node.columns);
  const technical = technicalColumns(false).map(({ name }) => name);
  return (
    technical.every((name) => names.has(name)) &&
    declared.every((column) =>
      columns.some(({ name, type }) => name === column.name && type === column.type),
    )
  );
}

function typedQuery({ columns }: LakeManifest, query: string, dialect: Dialect): string {
  const list = columns.map(({ name, type }) => {
    const parsed = parseColumnType(type);
    return parsed === undefined
      ? name
      : `cast(${name} as ${dialect.columnType(parsed)}) as ${name}`;
  });
  return `select ${list.join(", ")}\nfrom (\n${query}\n) as kept`;
}
