import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { codeOf, messageOf } from "../core/caught.ts";
import { assertSound, Failure } from "../core/diagnostic.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import { projectFile } from "./project-root.ts";

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

/** Files below a folder, sorted; names that begin with a dot are passed over. */
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
    if (codeOf(error) === "ENOENT") return [];
    throw new Failure([unreadable(folder, messageOf(error))]);
  }
}

function unreadable(file: string, cause: string): Diagnostic {
  return {
    code: "FILE_UNREADABLE",
    message: `${file} cannot be read.`,
    place: { file, line: 1, column: 1 },
    cause,
    hint: "A project's files are UTF-8 text that this user may read.",
  };
}

/** Reads files, and collects what is wrong with any of them. A byte order mark is no part of a text. */
class TextReader {
  readonly diagnostics: Diagnostic[] = [];
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  async text(file: string): Promise<TextFile> {
    const { text } = await this.seed(file);
    return { file, text };
  }

  async seed(file: string): Promise<SeedFile> {
    try {
      const bytes = await readFile(path.join(this.#root, file));
      // Without `fatal`, bytes of another encoding would turn into question marks in somebody's data.
      const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
      return { file, text, checksum: createHash("sha256").update(bytes).digest("hex") };
    } catch (error) {
      this.diagnostics.push(unreadable(file, messageOf(error)));
      return { file, text: "", checksum: "" };
    }
  }
}

/** Reads a project's files; folders that do not exist count as empty. */
export async function loadProjectFiles(root: string): Promise<ProjectFiles> {
  const [sources, models, macros, seeds, tests] = await Promise.all(
    ["sources", "models", "macros", "seeds", "tests"].map((folder) => listFiles(root, folder)),
  );
  const reader = new TextReader(root);
  const texts = (files: readonly string[] = [], belongs: (file: string) => boolean) =>
    Promise.all(files.filter(belongs).map((file) => reader.text(file)));
  const directlyIn = (folder: string, file: string) => path.posix.dirname(file) === folder;
  const isYaml = (file: string) => yamlEnding.test(file);
  const isSql = (file: string) => file.endsWith(".sql");

  const loaded: ProjectFiles = {
    root,
    pipelines: await reader.text(projectFile),
    sources: await texts(sources, isYaml),
    modelSql: await texts(models, isSql),
    modelYaml: await texts(models, isYaml),
    partials: await texts(macros, (file) => file.endsWith(".hbs")),
    helpers: (macros ?? []).filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts")),
    seeds: await Promise.all(
      (seeds ?? [])
        .filter((file) => file.endsWith(".csv") && directlyIn("seeds", file))
        .map((file) => reader.seed(file)),
    ),
    seedYaml: await texts(seeds, (file) => isYaml(file) && directlyIn("seeds", file)),
    testSql: await texts(tests, (file) => isSql(file) && directlyIn("tests", file)),
    testYaml: await texts(tests, (file) => isYaml(file) && directlyIn("tests", file)),
  };
  // Reads end in any order; a report has one.
  const byFile = (a: Diagnostic, b: Diagnostic) => (a.message < b.message ? -1 : 1);
  assertSound(reader.diagnostics.sort(byFile));
  return loaded;
}
