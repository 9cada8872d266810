import { parseColumnType } from "../core/column-type.ts";
import type { CopiedFiles, NewColumn } from "../core/dialect.ts";
import { withOwnColumns } from "../core/manifest-rows.ts";
import type { LakeColumn, LakeFile, LakeManifest } from "../core/manifest.ts";
import type { RelationName } from "../core/relation.ts";
import { quoteText } from "../core/sql-text.ts";
import { runIdColumn, runIdType } from "../core/technical-columns.ts";
import type { ExecutionContext } from "./context.ts";
import { sharedOf } from "./write-parts.ts";

export interface CopyRequest extends Pick<LakeManifest, "columns" | "files"> {
  readonly relation: RelationName;
  readonly copied: CopiedFiles;
}

interface CopyContext extends Pick<ExecutionContext, "engine" | "dialect" | "lake"> {
  readonly run: Pick<ExecutionContext["run"], "id">;
}

export function quotedNames(columns: readonly LakeColumn[]): readonly string[] {
  return columns.map(({ name }) => `"${name}"`);
}

/** The table for rows of files, which know the run that copied them. */
export function copiedTable(
  table: string,
  columns: readonly LakeColumn[],
  { dialect, run }: Pick<CopyContext, "dialect" | "run">,
): string {
  const writer = { name: runIdColumn, type: runIdType, byDefault: quoteText(run.id) };
  return dialect.createTable(table, [...newColumns(columns), writer]);
}

/** Makes a table of the rows of files, which know the run that copied them. Files that differ in their columns go apart. */
export async function copyContents(
  table: string,
  request: CopyRequest,
  context: CopyContext,
): Promise<void> {
  const { engine } = context;
  await engine.execute(copiedTable(table, request.columns, context));
  for (const [number, files] of groupedByColumns(request).entries()) {
    await copyGroup(table, { ...request, number, files }, context);
  }
}

interface CopyGroup extends CopyRequest {
  /** Of the group, within the run and the relation. */
  readonly number: number;
}

/** COPY takes no other type than the file's: rows of another are copied into a table of theirs, and cast from there. */
async function copyGroup(
  table: string,
  { relation, copied, columns, number, files }: CopyGroup,
  { engine, dialect, lake, run }: CopyContext,
): Promise<void> {
  const own = files[0]?.columns ?? columns;
  const shared = sharedOf(lake);
  const list = await shared.writeCopyList({ relation, runId: run.id, number }, files);
  const declared = new Map(columns.map(({ name, type }) => [name, type]));
  if (own.every(({ name, type }) => declared.get(name) === type)) {
    await engine.execute(copied.copy(table, quotedNames(own), list));
    await shared.removeCopyList(list);
    return;
  }
  const apart = `${table}__${number}`;
  const wanted = newColumns(
    columns.filter(({ name }) => own.some((column) => column.name === name)),
  );
  const names = wanted.map(({ name }) => name).join(", ");
  const cast = wanted.map(({ name, type }) => `cast(${name} as ${dialect.columnType(type)})`);
  await engine.execute(dialect.createTable(apart, newColumns(own)));
  await engine.execute(copied.copy(apart, quotedNames(own), list));
  await shared.removeCopyList(list);
  await engine.execute(`insert into ${table} (${names})\nselect ${cast.join(", ")} from ${apart}`);
  await engine.execute(dialect.dropTable(apart));
}

function newColumns(columns: readonly LakeColumn[]): readonly NewColumn[] {
  return columns.map(({ name, type }) => ({
    name: `"${name}"`,
    type: parseColumnType(type) ?? { kind: "varchar" },
  }));
}

function groupedByColumns(contents: CopyRequest): readonly (readonly LakeFile[])[] {
  const groups = new Map<string, LakeFile[]>();
  for (const file of withOwnColumns(contents)) {
    const columns = JSON.stringify(file.columns);
    groups.set(columns, [...(groups.get(columns) ?? []), file]);
  }
  return [...groups.values()];
}
