import type { ClassedColumn, ClassedRelation } from "../../access/relations.ts";
import { undeclaredClass } from "../../core/access.ts";
import { parseColumnType } from "../../core/column-type.ts";
import { assertSound } from "../../core/diagnostic.ts";
import type { LakeColumn, LakeManifest } from "../../core/manifest.ts";
import { isEphemeral, isTest } from "../../core/node.ts";
import type { RelationNode } from "../../core/node.ts";
import type { PublishedColumns } from "../../core/state.ts";
import { readableColumns } from "../../core/technical-columns.ts";
import { classProblems } from "../../lineage/class-problems.ts";
import { traceProject } from "../project-classes.ts";
import { compileProject } from "../project.ts";
import type { LinkedProject } from "../project.ts";
import { classesIn } from "../role/classes-of-project.ts";
import type { ClassesOf } from "../role/visible-relations.ts";

/** Every relation that readers may meet, with the classes of its columns: those that are declared, and those that reach it. */
export async function classedRelations(linked: LinkedProject): Promise<readonly ClassedRelation[]> {
  return (await trace(linked)).relations;
}

/**
 * The relations of the project that are published, with the columns that readers find there, whatever the project says of
 * them by now: a column has the classes that it was published with, and those that the project has learned since.
 * Relations that the project has forgotten are left out, so that nobody is given them.
 */
export async function publishedRelations(
  linked: LinkedProject,
  published: Iterable<PublishedColumns>,
): Promise<readonly ClassedRelation[]> {
  const { relations, classesOf } = await trace(linked);
  const found = new Map([...published].map((each) => [each.relation, each.columns]));
  return relations.flatMap((declared) => {
    const { relation } = declared;
    const columns = found.get(relation);
    return columns === undefined
      ? []
      : [{ ...declared, columns: classedColumns({ relation, columns }, classesOf) }];
  });
}

/**
 * The relations of the project and those that the lake has besides, such as tables that roles wrote; a column that either
 * of them knows has the classes that both say.
 */
export async function knownRelations(
  linked: LinkedProject,
  manifests: readonly LakeManifest[],
): Promise<readonly ClassedRelation[]> {
  const { relations, classesOf } = await trace(linked);
  const inLake = new Map(
    manifests.map((manifest) => {
      const { relation } = manifest;
      return [relation, { relation, columns: classedColumns(manifest, classesOf) }];
    }),
  );
  const ofProject = new Set(relations.map(({ relation }) => relation));
  return [
    ...relations.map((declared) => {
      const published = new Map(
        inLake.get(declared.relation)?.columns.map((column) => [column.name, column]),
      );
      const columns = declared.columns.map((column) => {
        const classes = union(published.get(column.name)?.classes, column.classes);
        published.delete(column.name);
        return { ...column, classes };
      });
      return { ...declared, columns: [...columns, ...published.values()] };
    }),
    ...[...inLake.values()].filter(({ relation }) => !ofProject.has(relation)),
  ];
}

/** Columns as they were published, with the classes that they had then and those that are known by now. */
function classedColumns(
  published: Pick<LakeManifest, "relation" | "columns" | "writtenBy">,
  classesOf: ClassesOf,
): readonly ClassedColumn[] {
  return published.columns.map((column) =>
    typed(column, union(column.classes, classesOf(published, column.name))),
  );
}

function union(some: readonly string[] = [], others: readonly string[]): readonly string[] {
  return [...new Set([...some, ...others])].sort();
}

/** Types of published columns are such as `printColumnType` writes. */
function typed({ name, type }: LakeColumn, classes: readonly string[]): ClassedColumn {
  return { name, type: parseColumnType(type) ?? { kind: "varchar" }, classes };
}

async function trace(linked: LinkedProject): Promise<{
  readonly relations: readonly ClassedRelation[];
  readonly classesOf: ClassesOf;
}> {
  const compiled = await compileProject(linked, {});
  const traced = await traceProject(compiled);
  const { access } = linked.project;
  if (access !== undefined) assertSound(classProblems(compiled, access, traced.flow));
  const classesOf = classesIn(compiled, traced);
  const relations = [...compiled.graph.nodes.values()].flatMap((node) =>
    isTest(node) || isEphemeral(node) ? [] : [classed(node, classesOf)],
  );
  return { relations, classesOf };
}

function classed(node: RelationNode, classesOf: ClassesOf): ClassedRelation {
  const { relation } = node;
  const columns = readableColumns(node).map(({ name, type }) => ({
    ...{ name, type, classes: [...classesOf({ relation }, name)].sort() },
  }));
  const grows = node.kind === "source" && node.schemaPolicy === "evolve";
  return { relation, columns, ...(grows ? { toCome: [undeclaredClass] } : {}) };
}
