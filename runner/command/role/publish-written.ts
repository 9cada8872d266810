import { randomBytes } from "node:crypto";
import { copyFile } from "node:fs/promises";
import { Failure } from "../../core/diagnostic.ts";
import type { LakeColumn, LakeManifest } from "../../core/manifest.ts";
import { identifierPattern } from "../../core/relation.ts";
import type { TakenRole } from "../../core/take-role.ts";
import type { WrittenRelation } from "../../engine/duckdb/sandbox/protocol.ts";
import type { StoredLake } from "../../lake/stored-lake.ts";

export interface Writing {
  readonly lake: StoredLake;
  readonly taken: TakenRole;
  /** What the statement began with; undefined where the relation was not there. */
  readonly before: LakeManifest | undefined;
  /** The file with the rows that the relation has now. */
  readonly file: string;
  readonly classesOf: (column: string) => readonly string[];
}

/**
 * Makes what a statement wrote public: the file becomes a part of the lake, and then the relation's pointer is replaced
 * in one step, if it still is what the statement began with. A process that ends in between leaves the old table.
 */
export async function publishWritten(changed: WrittenRelation, writing: Writing): Promise<void> {
  const { lake, taken, before, file, classesOf } = writing;
  const { relation } = changed;
  if (changed.kind === "dropped") return lake.replaceManifest(relation, before, undefined);
  assertNames(changed);
  const publishedAt = new Date().toISOString();
  const runId = statementId(publishedAt);
  const key = lake.partKey(relation, runId, 0);
  await copyFile(file, await lake.stagePart(key));
  const part = await lake.commitPart(key, runId, changed.rows);
  const kept = changed.kind === "changed" ? before?.columns : undefined;
  const columns = changed.columns.map(({ name, type }): LakeColumn => {
    const earlier = kept?.find((column) => column.name === name)?.classes ?? [];
    // What rows of a table are made of is told by their insertion's columns in order, which may have other names.
    const added =
      kept === undefined
        ? classesOf(name)
        : changed.columns.flatMap((each) => classesOf(each.name));
    const classes = [...new Set([...earlier, ...added])];
    return { name, type, ...(classes.length === 0 ? {} : { classes }) };
  });
  const writtenBy = { role: taken.role.name, user: taken.user };
  const next: LakeManifest = { relation, runId, publishedAt, columns, files: [part], writtenBy };
  await lake.replaceManifest(relation, before, next);
}

/** In the form of a run's, whose files stand beside each other. */
function statementId(at: string): string {
  const stamp = at
    .replace(/[-:]/g, "")
    .replace("T", "_")
    .replace(/\.(\d+)Z$/, "_$1");
  return `${stamp}_${randomBytes(4).toString("hex")}`;
}

function assertNames({ relation, columns }: Exclude<WrittenRelation, { kind: "dropped" }>): void {
  const odd = columns.find(({ name }) => !identifierPattern.test(name));
  if (odd === undefined) return;
  const message = `A column of ${relation} would be called ${odd.name}.`;
  const hint = "Give it a name in lower snake case: count(*) as sales.";
  throw new Failure([{ code: "ACCESS_DENIED", message, hint }]);
}
