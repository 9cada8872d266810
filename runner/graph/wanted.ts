import type { Place } from "../core/diagnostic.ts";
import type { GenericTest } from "../core/data-test.ts";
import type { ProjectNode } from "../core/node.ts";
import type { Template, TemplateRef } from "../core/template.ts";

/** A name that a node reads, before anybody knows whether there is such a thing. */
export type Wanted = Pick<TemplateRef, "kind" | "name" | "place">;

/** Everything that a node names, in a template or in YAML. */
export function wantedBy(node: ProjectNode): readonly Wanted[] {
  switch (node.kind) {
    case "source":
    case "seed":
      return [];
    case "model":
      return refsOf([node.template, ...(node.hooks?.pre ?? []), ...(node.hooks?.post ?? [])]);
    case "test":
      return node.form === "singular"
        ? node.template.refs
        : [ref(node.relation, node.place), ...namedByAssertion(node)];
    case "unit_test":
      return node.subject.kind === "model"
        ? [ref(node.subject.relation, node.place)]
        : node.subject.template.refs;
  }
}

function namedByAssertion({ assertion, place }: GenericTest): readonly Wanted[] {
  switch (assertion.type) {
    case "relationships":
      return [ref(assertion.to, place)];
    case "equal_totals": {
      const { with: other } = assertion;
      if (other.kind === "relation") return [ref(other.relation, place)];
      return other.name === undefined ? [] : [{ kind: "source", name: other.name, place }];
    }
    case "macro":
      return [
        ...assertion.reads.map((name) => ref(name, place)),
        ...assertion.template.refs.map(({ kind, name }) => ({ kind, name, place })),
      ];
    case "not_null":
    case "unique":
    case "accepted_values":
    case "not_empty_string":
    case "range":
    case "expression":
    case "row_count":
    case "freshness":
    case "contract":
    case "snapshot_versions":
      return [];
  }
}

export function refsOf(templates: readonly Template[]): readonly TemplateRef[] {
  return templates.flatMap(({ refs }) => refs);
}

function ref(name: string, place: Place): Wanted {
  return { kind: "ref", name, place };
}
