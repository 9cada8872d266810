import { isMap, isNode, isScalar, LineCounter, parseDocument } from "yaml";
import type { Document, Node, Pair } from "yaml";
import type { z } from "zod";
import { didYouMean } from "../core/closest.ts";
import type { Diagnostic, Place } from "../core/diagnostic.ts";
import { codeFrame } from "../core/frame.ts";
import type { TextFile } from "../load/project_files.ts";

export type YamlPath = readonly (string | number)[];

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

/** Reads a file against a schema; every problem is reported at its own place. */
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
  const diagnosticAt = (
    code: Diagnostic["code"],
    place: Place,
    message: string,
    hint?: string,
  ): Diagnostic => ({ code, message, place, frame: codeFrame(file.text, place), hint });

  const syntax = document.errors.map((error) =>
    diagnosticAt("YAML_SYNTAX", at(error.pos[0]), error.message),
  );
  if (syntax.length > 0) return { diagnostics: syntax };

  const place = (path: YamlPath) => at(offsetOf(document, path));
  const checked = schema.safeParse(document.toJS() ?? {});
  if (!checked.success) {
    const diagnostics = checked.error.issues.flatMap((issue) =>
      explain(issue, document, schema).map(({ offset, message, hint }) =>
        diagnosticAt("YAML_SCHEMA", at(offset), message, hint),
      ),
    );
    return { diagnostics };
  }
  return {
    diagnostics: [],
    value: {
      file,
      value: checked.data,
      place,
      diagnostic: (code, path, message, hint) => diagnosticAt(code, place(path), message, hint),
    },
  };
}

interface Explanation {
  readonly offset: number;
  readonly message: string;
  readonly hint?: string;
}

function explain(issue: z.core.$ZodIssue, document: Document, schema: z.ZodType): Explanation[] {
  const path = issue.path.filter((part) => typeof part !== "symbol");
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(schema, path);
    return issue.keys.map((key) => ({
      offset: keyOffset(document, path, key),
      message: `Unknown setting "${key}"${path.length > 0 ? ` in ${printPath(path)}` : ""}.`,
      hint: didYouMean(
        key,
        known,
        known.length > 0 ? `Known here: ${known.join(", ")}.` : undefined,
      ),
    }));
  }
  // A union's own message says only "Invalid input"; its closest branch knows more.
  if (issue.code === "invalid_union") {
    const branch = [...issue.errors].sort((a, b) => depth(b) - depth(a))[0]?.[0];
    if (branch !== undefined) {
      return explain({ ...branch, path: [...issue.path, ...branch.path] }, document, schema);
    }
  }
  const name = path.length > 0 ? printPath(path) : "the file";
  return [{ offset: offsetOf(document, path), message: `${name}: ${issue.message}.` }];
}

function depth(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(0, ...issues.map((issue) => issue.path.length));
}

function printPath(path: YamlPath): string {
  return path
    .map((part, index) => (typeof part === "number" ? `[${part}]` : index > 0 ? `.${part}` : part))
    .join("");
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
    const pair = map.items.find((item: Pair) => isScalar(item.key) && item.key.value === key);
    const keyNode = pair?.key as Node | undefined;
    if (keyNode?.range) return keyNode.range[0];
  }
  return offsetOf(document, path);
}

/** The keys that an object at `path` may have, as far as the schema tells without looking into unions. */
function knownKeys(schema: z.ZodType, path: YamlPath): string[] {
  let current: unknown = schema;
  for (const part of path) {
    current = typeof part === "number" ? definition(current).element : shapeOf(current)?.[part];
    current = unwrap(current);
    if (current === undefined) return [];
  }
  return Object.keys(shapeOf(unwrap(current)) ?? {});
}

interface Definition {
  readonly element?: unknown;
  readonly innerType?: unknown;
  readonly valueType?: unknown;
  readonly in?: unknown;
  readonly shape?: Readonly<Record<string, unknown>>;
}

function definition(schema: unknown): Definition {
  return typeof schema === "object" && schema !== null && "def" in schema
    ? (schema.def as Definition)
    : {};
}

function shapeOf(schema: unknown): Readonly<Record<string, unknown>> | undefined {
  return definition(schema).shape;
}

function unwrap(schema: unknown): unknown {
  let current = schema;
  for (;;) {
    const { innerType, valueType, in: input } = definition(current);
    const next = innerType ?? valueType ?? input;
    if (next === undefined) return current;
    current = next;
  }
}
