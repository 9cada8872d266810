import { assertSound } from "../core/diagnostic.ts";
import { isTest } from "../core/node.ts";
import { select } from "../graph/select.ts";
import type { PublishGroup } from "../plan/step.ts";
import type { LinkedProject } from "./project.ts";

/** The project's own publish groups; undefined when it declares none. */
export function publishGroups({
  project,
  graph,
  selectors,
}: LinkedProject): readonly PublishGroup[] | undefined {
  const { pipelines } = project;
  const declared = pipelines.value.publish_groups;
  if (declared === undefined) return undefined;
  return Object.entries(declared).map(([name, texts]) => {
    const { selected, diagnostics } = select(graph, texts, [], { named: selectors });
    const place = pipelines.place(["publish_groups", name]);
    assertSound(diagnostics.map((diagnostic) => ({ ...diagnostic, place })));
    const relations = [...selected].flatMap((id) => {
      const node = graph.nodes.get(id);
      return node === undefined || isTest(node) ? [] : [node.relation];
    });
    return { name, relations: new Set(relations) };
  });
}
