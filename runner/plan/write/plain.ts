import { production, publicNameIn } from "../../core/environment.ts";
import { publicName, publishedName } from "../../core/published-name.ts";
import type { RelationName } from "../../core/relation.ts";
import { publicView, publishedBy, replacing } from "./parts.ts";
import type { ModelRequest, Parts } from "./parts.ts";

export function tableParts({ node, resolve, request }: ModelRequest): Parts {
  const { compiled, dialect, run, state } = request;
  const { relation, columns } = node;
  const self = publishedName(state, relation);
  const query = compiled.modelQuery(node, { dialect: dialect.name, resolve, self });
  return {
    mode: "table",
    query,
    write: dialect.storeTable(dialect.physical(relation, run.id), query, {
      columns,
      storage: node.redshift,
    }),
    ...replacing({ relation, columns, materialization: "table" }, request),
  };
}

/** A view's candidate reads candidates; what is published reads public names, so that it follows later publishes. */
export function viewParts({ node, inRun, resolve, request }: ModelRequest): Parts {
  const { compiled, dialect, run, state } = request;
  const candidate = dialect.physical(node.relation, run.id);
  const self = publicName(state, node.relation);
  const queryOf = (resolveTo: (relation: RelationName) => string) =>
    compiled.modelQuery(node, { dialect: dialect.name, resolve: resolveTo, self });
  const query = queryOf(resolve);
  const publicQuery = queryOf((relation) =>
    inRun.has(relation) ? publicName(state, relation) : publishedName(state, relation),
  );
  return {
    mode: "view",
    query,
    write: [dialect.createView(candidate, query)],
    candidate,
    publish: [...publicView(node, publicQuery, request), dialect.dropView(candidate)],
    discard: [dialect.dropView(candidate)],
    published: {
      ...publishedBy(node, request),
      materialization: "view",
      definition: queryOf(publicNameIn(production)),
    },
  };
}

/** Its query stands inside those that read it; the step itself only compares its columns with the contract. */
export function ephemeralParts({ node, resolve, request }: ModelRequest): Parts {
  const { compiled, dialect } = request;
  const query = compiled.modelQuery(node, { dialect: dialect.name, resolve });
  return {
    mode: "ephemeral",
    query,
    write: [],
    candidate: `(\n${query}\n)`,
    publish: [],
    discard: [],
    published: {
      ...publishedBy(node, request),
      materialization: "view",
      definition: "",
    },
  };
}
