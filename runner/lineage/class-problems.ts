import type { CompiledProject } from "../compile/compile.ts";
import { mayRead, seesInClear, undeclaredClass } from "../core/access.ts";
import type { Access } from "../core/access.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import { isEphemeral } from "../core/node.ts";
import type { RelationNode } from "../core/node.ts";
import type { Column } from "../core/node-base.ts";
import { columnId } from "../core/project-lineage.ts";
import { zoneOf } from "../core/relation.ts";
import type { ClassFlow, ClassStep } from "./classes.ts";

/**
 * Columns whose classes nobody who can read them may see in clear, and declassifications of what does not arrive. What
 * nobody declared is hidden from nearly everybody on purpose, and a relation that no role reads shows nothing to anybody.
 */
export function classProblems(
  { graph }: Pick<CompiledProject, "graph">,
  access: Access,
  flow: ClassFlow,
): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  for (const node of graph.nodes.values()) {
    if (node.kind === "test" || node.kind === "unit_test" || isEphemeral(node)) continue;
    for (const column of node.columns) {
      diagnostics.push(...unreadable(node, column, { access, flow }));
    }
  }
  for (const node of graph.nodes.values()) {
    if (node.kind !== "model") continue;
    for (const column of node.columns) diagnostics.push(...needless(node, column, flow));
  }
  return diagnostics;
}

interface Declared {
  readonly access: Access;
  readonly flow: ClassFlow;
}

function unreadable(
  { relation }: RelationNode,
  { name, place }: Column,
  { access, flow }: Declared,
): readonly Diagnostic[] {
  const readers = access.roles.filter((role) => mayRead(role, relation));
  const found = flow.classes.get(columnId(relation, name));
  if (found === undefined || readers.length === 0) return [];
  return [...found].flatMap(([className, path]) => {
    if (className === undeclaredClass) return [];
    if (readers.some((role) => seesInClear(role, className))) return [];
    const roles = readers.map((role) => role.name).join(", ");
    return [
      {
        code: "ACCESS_UNREADABLE_CLASS",
        message: `${relation}.${name} has the class ${className}, which no role that reads it may see in clear (${roles}).`,
        cause: path.length > 1 ? `It comes by ${printPath(path)}.` : "It is declared there.",
        place,
        hint: `Drop the column, say with declassify and a reason why its values tell nothing of ${className} any more, or let a role of the zone ${zoneOf(relation)} see it under access in pipelines.yaml.`,
      },
    ];
  });
}

/** `raw.customer.email -> cleaned.customer.email (condition) -> …`; a use as it is goes without saying. */
export function printPath(path: readonly ClassStep[]): string {
  return path
    .map(({ relation, column }, index) => {
      const how = path[index - 1]?.how;
      const used = how === undefined || how === "identity" ? "" : ` (${how})`;
      return `${relation}.${column}${used}`;
    })
    .join(" -> ");
}

function needless(
  { relation }: RelationNode,
  { name, declassify }: Column,
  { ended }: ClassFlow,
): readonly Diagnostic[] {
  if (declassify === undefined) return [];
  const arrived = ended.get(columnId(relation, name)) ?? new Set();
  const wanted = declassify.classes ?? [];
  const missing = wanted.filter((className) => !arrived.has(className));
  if (missing.length === 0 && (wanted.length > 0 || arrived.size > 0)) return [];
  const what = missing.length === 0 ? "no class at all" : `nothing of ${missing.join(", ")}`;
  return [
    {
      code: "ACCESS_NEEDLESS_DECLASSIFY",
      message: `${relation}.${name} is declassified, and ${what} reaches it.`,
      place: declassify.place,
      hint: "Leave it out, so that a class that reaches the column later is seen.",
    },
  ];
}
