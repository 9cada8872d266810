import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { projectFile } from "./project_root.ts";

/** A project file's text under its path relative to the project, with forward slashes. */
export interface TextFile {
  readonly file: string;
  readonly text: string;
}

export interface SeedFile extends TextFile {
  /** Sha-256 of the file's bytes, in hexadecimal. */
  readonly checksum: string;
}

/** Everything that the project's author wrote, unread. Lists are sorted by path. */
export interface ProjectFiles {
  readonly root: string;
  readonly pipelines: TextFile;
  readonly sources: readonly TextFile[];
  readonly modelSql: readonly TextFile[];
  readonly modelYaml: readonly TextFile[];
  readonly partials: readonly TextFile[];
  /** Paths of the helpers; their code is imported when something is rendered. */
  readonly helpers: readonly string[];
  readonly seeds: readonly SeedFile[];
  readonly seedYaml: readonly TextFile[];
  readonly testSql: readonly TextFile[];
  readonly testYaml: readonly TextFile[];
}

const yamlEnding = /\.ya?ml$/;

async function listFiles(root: string, folder: string): Promise<string[]> {
  try {
    const entries = await readdir(path.join(root, folder), {
      recursive: true,
      withFileTypes: true,
    });
    return entries
      .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
      .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
      .map((file) => file.split(path.sep).join("/"))
      .sort();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}

async function readText(root: string, file: string): Promise<TextFile> {
  return { file, text: await readFile(path.join(root, file), "utf8") };
}

async function readSeed(root: string, file: string): Promise<SeedFile> {
  const bytes = await readFile(path.join(root, file));
  return {
    file,
    text: bytes.toString("utf8"),
    checksum: createHash("sha256").update(bytes).digest("hex"),
  };
}

/** Reads a project's files; folders that do not exist count as empty. */
export async function loadProjectFiles(root: string): Promise<ProjectFiles> {
  const [sources, models, macros, seeds, tests] = await Promise.all(
    ["sources", "models", "macros", "seeds", "tests"].map((folder) => listFiles(root, folder)),
  );
  const texts = (files: readonly string[] = [], belongs: (file: string) => boolean) =>
    Promise.all(files.filter(belongs).map((file) => readText(root, file)));
  const directlyIn = (folder: string, file: string) => path.posix.dirname(file) === folder;
  const isYaml = (file: string) => yamlEnding.test(file);
  const isSql = (file: string) => file.endsWith(".sql");

  return {
    root,
    pipelines: await readText(root, projectFile),
    sources: await texts(sources, isYaml),
    modelSql: await texts(models, isSql),
    modelYaml: await texts(models, isYaml),
    partials: await texts(macros, (file) => file.endsWith(".hbs")),
    helpers: (macros ?? []).filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts")),
    seeds: await Promise.all(
      (seeds ?? [])
        .filter((file) => file.endsWith(".csv") && directlyIn("seeds", file))
        .map((file) => readSeed(root, file)),
    ),
    seedYaml: await texts(seeds, (file) => isYaml(file) && directlyIn("seeds", file)),
    testSql: await texts(tests, (file) => isSql(file) && directlyIn("tests", file)),
    testYaml: await texts(tests, (file) => isYaml(file) && directlyIn("tests", file)),
  };
}
