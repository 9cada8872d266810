import { existsSync } from "node:fs";
import path from "node:path";
import { Failure } from "../core/diagnostic.ts";

export const projectFile = "pipelines.yaml";

/** The nearest folder at or above `start` that holds `pipelines.yaml`. */
export function findProjectRoot(start: string): string {
  let folder = path.resolve(start);
  for (;;) {
    if (existsSync(path.join(folder, projectFile))) return folder;
    const parent = path.dirname(folder);
    if (parent === folder) break;
    folder = parent;
  }
  throw new Failure([
    {
      code: "PROJECT_NOT_FOUND",
      message: `No ${projectFile} in ${path.resolve(start)} or any folder above it.`,
      hint: "Change to a Mercado project's folder, or name one with --project <folder>.",
    },
  ]);
}

/** The folder of a project's embedded services and of what the runner writes for its own use. */
export function homeOf(root: string): string {
  return path.resolve(root, process.env.MERCADO_HOME || ".mercado");
}
