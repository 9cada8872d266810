import type { Diagnostic } from "../../core/diagnostic.ts";
import type { Model, RelationNode } from "../../core/node.ts";
import type { PlanRequest } from "../request.ts";

/** One diagnostic for all models that a full refresh may not build anew. */
export function refusedRefresh(
  nodes: readonly RelationNode[],
  { fullRefresh }: Pick<PlanRequest, "fullRefresh">,
): readonly Diagnostic[] {
  if (!fullRefresh) return [];
  const never = nodes.filter(
    (node) =>
      node.kind === "model" &&
      "fullRefresh" in node.materialization &&
      node.materialization.fullRefresh === "never",
  );
  const [first] = never;
  if (first === undefined) return [];
  const names = never.map(({ relation }) => relation);
  return [
    {
      code: "FULL_REFRESH_REFUSED",
      message: `${names.join(", ")} ${names.length === 1 ? "says" : "say"} full_refresh: never, and --full-refresh would build ${names.length === 1 ? "it" : "them"} from nothing.`,
      place: first.place,
      hint: `Leave ${names.length === 1 ? "it" : "them"} out: --exclude ${names.join(" ")}`,
    },
  ];
}

/** What was gathered run by run cannot be built again: that another kind of model takes its place is never silent. */
export function changedKind(
  node: Model,
  { state, fullRefresh }: Pick<PlanRequest, "state" | "fullRefresh">,
): { readonly diagnostic?: Diagnostic; readonly note?: string } {
  const before = state.published.get(node.relation)?.materialization;
  const { type } = node.materialization;
  if (type === "ephemeral" && before !== undefined && before !== "snapshot") {
    const note = `${node.relation} is ephemeral now: its ${before} stays as it was last published, and no run changes it any more; runner prune takes it away.`;
    return { note };
  }
  if (before === type || (before !== "snapshot" && before !== "incremental")) return {};
  if (before === "snapshot" && !fullRefresh) {
    return {
      diagnostic: {
        code: "MATERIALIZATION_CHANGED",
        message: `${node.relation} is published as a snapshot and declared as ${type}: its history would be lost.`,
        place: node.place,
        hint: `Give the new model another name, or say that you mean it: runner build --select ${node.relation} --full-refresh`,
      },
    };
  }
  const lost = before === "snapshot" ? "its history begins anew" : "it is built from nothing";
  return { note: `${node.relation} was published as ${before} and is ${type} now: ${lost}.` };
}
