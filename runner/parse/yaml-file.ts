import type { z } from "zod";
import type { Diagnostic, Place } from "../core/diagnostic.ts";
import { codeFrame } from "../core/frame.ts";
import type { TextFile } from "../load/project-files.ts";
import { explainIssue } from "./schema-problem.ts";
import { readYamlText } from "./yaml-document.ts";
import type { YamlProblem } from "./yaml-document.ts";
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

interface Problem extends Omit<YamlProblem, "code"> {
  readonly code: Diagnostic["code"];
}

/** Reads a file against a schema; every problem is reported at its own place. An empty file has no settings. */
export function readYaml<Schema extends z.ZodType>(
  file: TextFile,
  schema: Schema,
): Parsed<YamlFile<z.output<Schema>>> {
  const at = placeFinder(file);
  const report = ({ code, offset, message, hint }: Problem): Diagnostic => {
    const place = at(offset);
    return { code, message, place, frame: codeFrame(file.text, place), hint };
  };
  const { content, problems } = readYamlText(file.text);
  if (content === undefined) return { diagnostics: problems.map(report) };

  const checked = schema.safeParse(content.data);
  if (!checked.success) {
    const found = checked.error.issues
      .flatMap((issue) => explainIssue(issue, schema, content.data))
      .map(({ path, key, message, hint }): Problem => {
        const offset = key === undefined ? content.offsetOf(path) : content.keyOffset(path, key);
        return { code: "YAML_SCHEMA", offset, message, hint };
      })
      .sort((a, b) => a.offset - b.offset);
    return { diagnostics: found.map(report) };
  }
  return {
    diagnostics: [],
    value: {
      file,
      value: checked.data,
      place: (path) => at(content.offsetOf(path)),
      diagnostic: (code, path, message, hint) =>
        report({ code, offset: content.offsetOf(path), message, hint }),
    },
  };
}

/** Finds lines and columns, both from 1, of offsets in a file. */
function placeFinder({ file, text }: TextFile): (offset: number) => Place {
  let starts: readonly number[] | undefined;
  return (offset) => {
    starts ??= lineStarts(text);
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? Infinity) <= offset) low = middle;
      else high = middle;
    }
    return { file, line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}
