import { hash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
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
  /** Unit tests of queries, in tests/unit. */
  readonly unitTestYaml: readonly TextFile[];
  /** Rows of unit tests, in tests/fixtures. */
  readonly fixtures: readonly TextFile[];
}

const yamlEnding = /\.ya?ml$/;

/** Files below a folder, sorted; names that begin with a dot are passed over. */
function listFiles(root: string, folder: string): string[] {
  const found: string[] = [];
  const list = (parent: string) => {
    for (const entry of readdirSync(path.join(root, parent), { withFileTypes: true })) {
      if (entry.name.startsWith(".")) continue;
      const file = `${parent}/${entry.name}`;
      if (entry.isDirectory()) list(file);
      else if (entry.isFile()) found.push(file);
    }
  };
  try {
    list(folder);
  } catch (error) {
    if (found.length === 0 && codeOf(error) === "ENOENT") return [];
    throw new Failure([unreadable(folder, messageOf(error))]);
  }
  return found.sort();
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

  text(file: string): TextFile {
    return { file, text: this.#decode(this.#bytes(file), file) };
  }

  seed(file: string): SeedFile {
    const bytes = this.#bytes(file);
    return { file, text: this.#decode(bytes, file), checksum: hash("sha256", bytes) };
  }

  #bytes(file: string): Buffer {
    try {
      return readFileSync(path.join(this.#root, file));
    } catch (error) {
      this.diagnostics.push(unreadable(file, messageOf(error)));
      return Buffer.alloc(0);
    }
  }

  #decode(bytes: Buffer, file: string): string {
    try {
      return decoder.decode(bytes);
    } catch (error) {
      this.diagnostics.push(unreadable(file, messageOf(error)));
      return "";
    }
  }
}

/** Without `fatal`, bytes of another encoding would turn into question marks in somebody's data. */
const decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * Reads a project's files; folders that do not exist count as empty. Files are read one after the other: for thousands
 * of small ones, waiting for each takes several times as long as reading it.
 */
export function loadProjectFiles(root: string): ProjectFiles {
  const [sources, models, macros, seeds, tests] = [
    listFiles(root, "sources"),
    listFiles(root, "models"),
    listFiles(root, "macros"),
    listFiles(root, "seeds"),
    listFiles(root, "tests"),
  ];
  const reader = new TextReader(root);
  const texts = (files: readonly string[], belongs: (file: string) => boolean) =>
    files.filter(belongs).map((file) => reader.text(file));
  const directlyIn = (folder: string, file: string) => path.posix.dirname(file) === folder;
  const isYaml = (file: string) => yamlEnding.test(file);
  const isSql = (file: string) => file.endsWith(".sql");

  const loaded: ProjectFiles = {
    root,
    pipelines: reader.text(projectFile),
    sources: texts(sources, isYaml),
    modelSql: texts(models, isSql),
    modelYaml: texts(models, isYaml),
    partials: texts(macros, (file) => file.endsWith(".hbs")),
    helpers: macros.filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts")),
    seeds: seeds
      .filter((file) => file.endsWith(".csv") && directlyIn("seeds", file))
      .map((file) => reader.seed(file)),
    seedYaml: texts(seeds, (file) => isYaml(file) && directlyIn("seeds", file)),
    testSql: texts(tests, (file) => isSql(file) && directlyIn("tests", file)),
    testYaml: texts(tests, (file) => isYaml(file) && directlyIn("tests", file)),
    unitTestYaml: texts(tests, (file) => isYaml(file) && file.startsWith("tests/unit/")),
    fixtures: texts(tests, (file) => file.endsWith(".csv") && file.startsWith("tests/fixtures/")),
  };
  const byFile = (a: Diagnostic, b: Diagnostic) => (a.message < b.message ? -1 : 1);
  assertSound(reader.diagnostics.sort(byFile));
  return loaded;
}
