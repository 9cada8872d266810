import { manifestQuery } from "../core/manifest-rows.ts";
import type { LakeManifest } from "../core/manifest.ts";
import type { FileDialect } from "../core/dialect.ts";
import type { Lake } from "../core/ports.ts";

/** The rows that a manifest lists, for an engine that reads files of this machine. */
export async function contentsQuery(
  contents: Pick<LakeManifest, "columns" | "files">,
  { lake, dialect }: { readonly lake: Pick<Lake, "localPath">; readonly dialect: FileDialect },
): Promise<string> {
  const locations = await Promise.all(contents.files.map((file) => lake.localPath(file)));
  return manifestQuery(contents, locations, dialect);
}
