import { isMap, isNode, isScalar, LineCounter, parseDocument, visit } from "yaml";
import type { Document } from "yaml";
import type { z } from "zod";
import { messageOf } from "../core/caught.ts";
import type { Diagnostic, Place } from "../core/diagnostic.ts";
import { codeFrame } from "../core/frame.ts";
import type { TextFile } from "../load/project-files.ts";
import { explainIssue } from "./schema-problem.ts";
import type { YamlPath } from "./yaml-path.ts";

/** A YAML file's checked value with the place of everything in it. */
export interface YamlFile<Value> {
  readonly file: TextFile;
  readonly value: Value;
  /** The place of the value at `path`, or of the nearest thing around it. */
  place(path: YamlPath): Place;
  diagnostic(code: Diagnostic["code"], path: YamlPath, message: string, hint?: string): Diagnostic;
}

export type Parsed<Value> =
  | { readonly value: Value; readonly diagnostics: readonly Diagnostic[] }
  | { readonly value?: undefined; readonly diagnostics: readonly Diagnostic[] };

interface Problem {
  readonly offset: number;
  readonly message: string;
  readonly hint?: string;
}

/** Reads a file against a schema; every problem is reported at its own place. An empty file has no settings. */
export function readYaml<Schema extends z.ZodType>(
  file: TextFile,
  schema: Schema,
): Parsed<YamlFile<z.output<Schema>>> {
  const lines = new LineCounter();
  const document = parseDocument(file.text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file: file.file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const report = (code: Diagnostic["code"], { offset, message, hint }: Problem): Diagnostic => {
    const place = at(offset);
    return { code, message, place, frame: codeFrame(file.text, place), hint };
  };

  const syntax = syntaxProblems(document);
  if (syntax.length > 0) {
    return { diagnostics: syntax.map((problem) => report("YAML_SYNTAX", problem)) };
  }
  const content = readContent(document);
  if (!("data" in content)) return { diagnostics: [report("YAML_SCHEMA", content)] };

  const checked = schema.safeParse(content.data);
  if (!checked.success) {
    const problems = checked.error.issues
      .flatMap((issue) => explainIssue(issue, schema, content.data))
      .map(({ path, key, message, hint }) => {
        const offset =
          key === undefined ? offsetOf(document, path) : keyOffset(document, path, key);
        return { offset, message, hint };
      })
      .sort((a, b) => a.offset - b.offset);
    return { diagnostics: problems.map((problem) => report("YAML_SCHEMA", problem)) };
  }
  return {
    diagnostics: [],
    value: {
      file,
      value: checked.data,
      place: (path) => at(offsetOf(document, path)),
      diagnostic: (code, path, message, hint) =>
        report(code, { offset: offsetOf(document, path), message, hint }),
    },
  };
}

const syntaxMessages: Readonly<Record<string, Omit<Problem, "offset">>> = {
  TAB_AS_INDENT: {
    message: "A tab cannot indent YAML.",
    hint: "Indent with two spaces.",
  },
  DUPLICATE_KEY: { message: "This setting stands here twice.", hint: "Keep one of the two." },
  MULTIPLE_DOCS: { message: "A file holds one YAML document.", hint: "Take out the line ---." },
};

/** What YAML itself has against a text, together with what it allows and no project file needs. */
function syntaxProblems(document: Document.Parsed): readonly Problem[] {
  const problems: Problem[] = [...document.errors, ...document.warnings].map((error) => ({
    offset: error.pos[0],
    message: `${error.message.replace(/\.$/, "")}.`,
    ...syntaxMessages[error.code],
  }));
  if (problems.length > 0) return problems;
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document) !== undefined) return;
      const message = `The anchor &${alias.source} is not set before this alias.`;
      problems.push({ offset: alias.range?.[0] ?? 0, message });
    },
    Pair: (_, { key }) => {
      if (isScalar(key) || !isNode(key)) return;
      problems.push({ offset: key.range?.[0] ?? 0, message: "A setting's name must be a text." });
    },
  });
  return problems;
}

function readContent(document: Document.Parsed): { readonly data: unknown } | Problem {
  const { contents } = document;
  const offset = contents?.range[0] ?? 0;
  const isEmpty = contents === null || (isScalar(contents) && contents.value === null);
  if (isEmpty) return { data: {} };
  if (!isMap(contents)) {
    const message = "The file must be a mapping of settings.";
    return { offset, message, hint: "Write one setting a line, as name: value." };
  }
  try {
    return { data: document.toJS() as unknown };
  } catch (error) {
    return { offset, message: `The file cannot be read: ${messageOf(error)}.` };
  }
}

function offsetOf(document: Document, path: YamlPath): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

function keyOffset(document: Document, path: YamlPath, key: string): number {
  const map: unknown = path.length === 0 ? document.contents : document.getIn(path, true);
  if (isMap(map)) {
    const pair = map.items.find((item) => isScalar(item.key) && item.key.value === key);
    if (isScalar(pair?.key) && pair.key.range) return pair.key.range[0];
  }
  return offsetOf(document, path);
}
