import { join } from "node:path";
import type { Access } from "../../core/access.ts";
import { maskFor, mayWrite, rightIn } from "../../core/access.ts";
import { Failure } from "../../core/diagnostic.ts";
import { withOwnColumns, manifestQuery } from "../../core/manifest-rows.ts";
import type { LakeManifest } from "../../core/manifest.ts";
import { maskedQuery, rowCondition } from "../../core/masked-query.ts";
import type { SeenColumn } from "../../core/masked-query.ts";
import type { Lake } from "../../core/ports.ts";
import type { RelationName } from "../../core/relation.ts";
import { zones } from "../../core/relation.ts";
import { quotePlain } from "../../core/sql-text.ts";
import type { TakenRole } from "../../core/take-role.ts";
import { duckdbDialect } from "../../dialect/duckdb/dialect.ts";
import { localPaths, unnamed } from "../reader.ts";

/** The classes that a column of a relation has, whatever its manifest says. */
export type ClassesOf = (
  manifest: Pick<LakeManifest, "relation" | "writtenBy">,
  column: string,
) => readonly string[];

/** A relation as a role sees it. */
export interface VisibleRelation {
  readonly manifest: LakeManifest;
  readonly columns: readonly SeenColumn[];
  /** The rows that are seen; absent where all are. */
  readonly condition?: string;
  /** Whether its files hold nothing that the role may not see. */
  readonly isWhole: boolean;
}

/** A manifest says what its files hold, and the project what it has learned since: a class of either counts. */
export function visibleRelation(
  manifest: LakeManifest,
  { taken, access, classesOf }: Seeing,
): VisibleRelation {
  const { role, member, user } = taken;
  const { relation } = manifest;
  const columns = manifest.columns.map((column): SeenColumn => {
    const classes = [...new Set([...(column.classes ?? []), ...classesOf(manifest, column.name)])];
    const mask = maskFor(role, classes, access);
    return { ...column, classes, ...(mask === undefined ? {} : { mask }) };
  });
  const filter = role.rows[relation];
  const condition = filter === undefined ? undefined : rowCondition(filter, member, user);
  if (filter !== undefined && condition === undefined) throw missingAttribute(taken, relation);
  const names = new Set(columns.map(({ name }) => name));
  const hasOthers = withOwnColumns(manifest).some((file) =>
    file.columns?.some(({ name }) => !names.has(name)),
  );
  const isMasked = columns.some(({ mask }) => mask !== undefined);
  return {
    manifest,
    columns,
    ...(condition === undefined ? {} : { condition }),
    isWhole: !isMasked && condition === undefined && !hasOthers,
  };
}

export interface Seeing {
  readonly taken: TakenRole;
  readonly access: Access;
  readonly classesOf: ClassesOf;
}

function missingAttribute({ role, user }: TakenRole, relation: RelationName): Failure {
  const message = `The rows of ${relation} that ${role.name} sees depend on something that nobody says of ${user}.`;
  const hint = "Declare it with the member in pipelines.yaml.";
  return new Failure([{ code: "ACCESS_NOT_MEMBER", message, place: role.place, hint }]);
}

interface Preparation {
  readonly taken: TakenRole;
  readonly lake: Lake;
  readonly maskKey: string;
  /** Relations that the statement may name. */
  readonly named: ReadonlySet<RelationName>;
  /** Where masked rows are kept while they are read. */
  readonly folder: string;
  /** Relations that the statement may change. */
  readonly changeable: ReadonlySet<RelationName>;
}

export interface PreparedRelations {
  readonly setup: readonly string[];
  readonly reachable: readonly string[];
}

/**
 * The statements that make a role's relations, and the files that they are read from. What is masked or filtered is
 * written apart first, so that the files with everything are out of reach when the role's statement begins.
 */
export async function prepareRelations(
  visible: readonly VisibleRelation[],
  preparation: Preparation,
): Promise<PreparedRelations> {
  const { taken, lake, maskKey, named, folder, changeable } = preparation;
  const readable = zones.filter((zone) => rightIn(taken.role, zone) !== undefined);
  const setup = readable.map((zone) => `create schema ${zone}`);
  const reachable: string[] = [];
  for (const { manifest, columns, condition, isWhole } of visible) {
    const { relation } = manifest;
    if (!named.has(relation)) {
      setup.push(duckdbDialect.createView(relation, unnamed(manifest)));
      continue;
    }
    const paths = await localPaths(manifest, lake);
    const rows = manifestQuery(manifest, paths, duckdbDialect);
    if (changeable.has(relation)) {
      setup.push(`create table ${relation} as ${rows}`);
    } else if (isWhole) {
      setup.push(duckdbDialect.createView(relation, rows));
      reachable.push(...paths);
    } else {
      const path = join(folder, `${relation}.parquet`);
      const texts = { ...duckdbDialect, sha256: (text: string) => `sha256(${text})` };
      const seen = maskedQuery(rows, columns, {
        texts,
        maskKey,
        ...(condition === undefined ? {} : { condition }),
      });
      setup.push(
        `copy (${seen}) to ${quotePlain(path)} (format parquet)`,
        duckdbDialect.createView(relation, duckdbDialect.files.parquetQuery([path])),
      );
      reachable.push(path);
    }
  }
  return { setup, reachable };
}

/** Relations that a role may change by statements: those that statements have made, seen whole. */
export function changeableRelations(
  visible: readonly VisibleRelation[],
  { role }: TakenRole,
  isOfProject: (relation: RelationName) => boolean,
): ReadonlySet<RelationName> {
  const names = visible
    .filter(({ isWhole, manifest }) => isWhole && manifest.writtenBy !== undefined)
    .filter(({ manifest }) => !isOfProject(manifest.relation))
    .map(({ manifest }) => manifest.relation)
    .filter((relation) => mayWrite(role, relation));
  return new Set(names);
}
