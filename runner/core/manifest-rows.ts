import { parseColumnType } from "./column-type.ts";
import type { FileDialect } from "./dialect.ts";
import { isSameShape, withoutClasses } from "./manifest.ts";
import type { LakeFile, LakeManifest } from "./manifest.ts";

type Contents = Pick<LakeManifest, "columns" | "files">;

/** A relation's files, each with the columns that it has. */
export function withOwnColumns({ columns, files }: Contents): readonly LakeFile[] {
  return files.map((file) => ({ ...file, columns: file.columns ?? columns.map(withoutClasses) }));
}

/** Files as a manifest of these columns lists them: with their own columns only where they have others. */
export function withoutCommonColumns({ columns, files }: Contents): readonly LakeFile[] {
  return files.map(({ columns: own, ...file }) =>
    own === undefined || isSameShape(own, columns) ? file : { ...file, columns: own },
  );
}

/**
 * The rows of a relation in the manifest's columns, whatever columns its files have: what a file lacks is null.
 * `locations` are where the engine finds the files, in their order.
 */
export function manifestQuery(
  { columns, files }: Contents,
  locations: readonly string[],
  dialect: Pick<FileDialect, "files" | "emptyQuery">,
): string {
  const typed = columns.map(({ name, type }) => ({
    name,
    type: parseColumnType(type) ?? { kind: "varchar" as const },
  }));
  if (files.length === 0) return dialect.emptyQuery(typed);
  const others = withoutCommonColumns({ columns, files }).flatMap((file) => file.columns ?? []);
  if (others.length === 0) return dialect.files.parquetQuery(locations);
  const found = new Set(
    withOwnColumns({ columns, files }).flatMap((file) => file.columns?.map(({ name }) => name)),
  );
  return dialect.files.parquetQuery(
    locations,
    typed.map((column) => ({ ...column, isAbsent: !found.has(column.name) })),
  );
}
