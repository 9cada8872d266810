import { hash } from "node:crypto";
import type { Memory } from "../core/memory.ts";
import type { TextFile } from "../load/project-files.ts";
import { stemOf } from "./beside.ts";
import { parseModels } from "./models.ts";
import type { ParsedModels, Surroundings } from "./models.ts";

/**
 * As `parseModels`, with the models that were parsed before from memory. A model's declarations come from its own two
 * files and its surroundings alone, so these make its key. Only what is sound is kept: problems are found anew.
 */
export function parseRememberedModels(
  sqlFiles: readonly TextFile[],
  yamlFiles: readonly TextFile[],
  surroundings: Surroundings,
  memory: Memory,
): ParsedModels {
  const yamlByStem = new Map<string, TextFile[]>();
  for (const file of yamlFiles) {
    const stem = stemOf(file.file);
    const others = yamlByStem.get(stem);
    if (others === undefined) yamlByStem.set(stem, [file]);
    else others.push(file);
  }
  const around = keyOf([JSON.stringify(surroundings, asLists)]);
  const unsound: { readonly sql: TextFile[]; readonly yaml: TextFile[] } = { sql: [], yaml: [] };
  const parts: ParsedModels[] = sqlFiles.map((sql) => {
    const stem = stemOf(sql.file);
    const yaml = yamlByStem.get(stem) ?? [];
    yamlByStem.delete(stem);
    const key = keyOf([around, ...[sql, ...yaml].flatMap(({ file, text }) => [file, text])]);
    const known = memory.recall(key) as ParsedModels | undefined;
    if (known !== undefined) return withText(known, sql.text);
    const parsed = parseModels([sql], yaml, surroundings);
    if (parsed.diagnostics.length === 0) memory.keep(key, withText(parsed, undefined));
    else {
      unsound.sql.push(sql);
      unsound.yaml.push(...yaml);
    }
    return parsed;
  });
  unsound.yaml.push(...[...yamlByStem.values()].flat());
  const isSound = unsound.sql.length === 0 && unsound.yaml.length === 0;
  // Together, for a report begins with what is wrong with the files as a whole.
  const diagnostics = isSound
    ? []
    : parseModels(unsound.sql, inOrder(unsound.yaml, yamlFiles), surroundings).diagnostics;
  return {
    models: parts.flatMap((part) => part.models),
    tests: parts.flatMap((part) => part.tests),
    unitTests: parts.flatMap((part) => part.unitTests),
    diagnostics,
  };
}

function keyOf(parts: readonly string[]): string {
  return hash("sha256", parts.map((part) => `${part.length} ${part}`).join("\n"));
}

/** Maps and sets are empty objects to JSON. */
function asLists(_key: string, value: unknown): unknown {
  return value instanceof Map || value instanceof Set ? [...(value as Iterable<unknown>)] : value;
}

/** A model's query is its file's text, which is at hand. */
function withText(parsed: ParsedModels, text: string | undefined): ParsedModels {
  const models = parsed.models.map((model) => ({
    ...model,
    template: { ...model.template, text: text as string },
  }));
  return { ...parsed, models };
}

function inOrder(files: readonly TextFile[], order: readonly TextFile[]): readonly TextFile[] {
  const wanted = new Set(files);
  return order.filter((file) => wanted.has(file));
}
