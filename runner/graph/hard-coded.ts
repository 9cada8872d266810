import { sqlOfTemplate, wordsOfSql } from "../core/blank-out.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import { codeFrame } from "../core/frame.ts";
import { isTest } from "../core/node.ts";
import type { NodeId, ProjectNode } from "../core/node.ts";
import { zones } from "../core/relation.ts";

/**
 * Relations of the project that a query reads by their name instead of a ref: the graph would not know of it, and the
 * query would read what is published instead of this run's candidate.
 */
export function hardCodedRelations(nodes: ReadonlyMap<NodeId, ProjectNode>): readonly Diagnostic[] {
  return [...nodes.values()].flatMap((node): Diagnostic[] => {
    if (!("template" in node)) return [];
    const { file, text } = node.template;
    if (!mayNameRelation.test(text.replace(/\{\{[\s\S]*?\}\}/g, ""))) return [];
    const words = wordsOfSql(sqlOfTemplate(text));
    return [...words.matchAll(/\b(?:from|join)\s+(?=([a-z]+\.[a-z0-9_]+)\b)/gi)].flatMap(
      (match) => {
        const name = (match[1] ?? "").toLowerCase();
        const target = nodes.get(name as NodeId);
        if (target === undefined || isTest(target)) return [];
        const before = text.slice(0, match.index + match[0].length).split("\n");
        const place = { file, line: before.length, column: (before.at(-1) ?? "").length + 1 };
        const ref =
          target.kind === "source" ? `source "${target.source}.${target.table}"` : `ref "${name}"`;
        return [
          {
            code: "REF_HARD_CODED" as const,
            message: `${name} is read by its name, so that the graph does not know of it.`,
            place,
            frame: codeFrame(text, place),
            hint: `Write {{${ref}}}.`,
          },
        ];
      },
    );
  });
}

/** Spares most queries a closer look. */
const mayNameRelation = new RegExp(`(?:${zones.join("|")})\\.[a-z]`, "i");
