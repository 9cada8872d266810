import { manifestQuery } from "../core/manifest-rows.ts";
import type { LakeManifest } from "../core/manifest.ts";
import type { ExecutionContext } from "./context.ts";

/** The rows that a manifest lists, where the engine reads them. */
export async function contentsQuery(
  contents: Pick<LakeManifest, "columns" | "files">,
  { lake, dialect }: Pick<ExecutionContext, "lake" | "dialect">,
): Promise<string> {
  return manifestQuery(
    contents,
    await Promise.all(contents.files.map((file) => lake.localPath(file))),
    dialect,
  );
}
