import type { NodeId } from "../core/node.ts";
import type { SelectionContext, VersionedNode } from "./selection-context.ts";

/** What `state:` can ask, `modified.<part>` for one part of a node. As in dbt, what is new counts as modified. */
export const stateWords = [
  "new",
  "old",
  "modified",
  "unmodified",
  "modified.body",
  "modified.config",
  "modified.contract",
  "modified.macros",
  "modified.vars",
  "modified.upstream_schema",
] as const;
export type StateWord = (typeof stateWords)[number];

export type Comparison = NonNullable<SelectionContext["state"]>["value"];

export function hasState(id: NodeId, word: StateWord, { before, now }: Comparison): boolean {
  const old = before.get(id);
  const current = now.get(id);
  if (current === undefined) return false;
  if (old === undefined) return word !== "old" && word !== "unmodified";
  const upstream = () => upstreamSchemaChanged(current, { before, now });
  switch (word) {
    case "new":
      return false;
    case "old":
      return true;
    case "modified":
      return old.own !== current.own || upstream();
    case "unmodified":
      return old.own === current.own && !upstream();
    case "modified.upstream_schema":
      return upstream();
    default: {
      const part = word.slice("modified.".length);
      // A data test has no parts: it is one thing.
      return (old.parts[part] ?? old.own) !== (current.parts[part] ?? current.own);
    }
  }
}

/** Whether a column that the node may read got another name or type, or a parent came or went. */
function upstreamSchemaChanged({ parents }: VersionedNode, { before, now }: Comparison): boolean {
  return parents.some(
    (parent) => before.get(parent)?.parts.contract !== now.get(parent as NodeId)?.parts.contract,
  );
}
