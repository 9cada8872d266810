import { lakeColumns, publicName, replacing } from "./parts.ts";
import type { ModelRequest, Parts } from "./parts.ts";

export function tableParts({ node, resolve, request }: ModelRequest): Parts {
  const { compiled, dialect, run } = request;
  const { relation, columns } = node;
  const self = publicName(request, relation);
  const query = compiled.modelQuery(node, { dialect: dialect.name, resolve, self });
  return {
    mode: "table",
    query,
    write: [dialect.createTableAs(dialect.physical(relation, run.id), query)],
    ...replacing({ relation, columns, materialization: "table" }, request),
  };
}

/** A view's candidate reads candidates; what is published reads public names, so that it follows later publishes. */
export function viewParts({ node, resolve, request }: ModelRequest): Parts {
  const { compiled, dialect, run } = request;
  const candidate = dialect.physical(node.relation, run.id);
  const self = publicName(request, node.relation);
  const query = compiled.modelQuery(node, { dialect: dialect.name, resolve, self });
  const publicQuery = compiled.modelQuery(node, {
    dialect: dialect.name,
    resolve: (relation) => publicName(request, relation),
    self,
  });
  return {
    mode: "view",
    query,
    write: [dialect.createView(candidate, query)],
    candidate,
    publish: [dialect.replaceView(self, publicQuery), dialect.dropView(candidate)],
    discard: [dialect.dropView(candidate)],
    published: {
      relation: node.relation,
      materialization: "view",
      columns: lakeColumns(node.columns),
      runId: run.id,
    },
  };
}

/** Its query stands inside those that read it; the step itself only compares its columns with the contract. */
export function ephemeralParts({ node, resolve, request }: ModelRequest): Parts {
  const { compiled, dialect, run } = request;
  const query = compiled.modelQuery(node, { dialect: dialect.name, resolve });
  return {
    mode: "ephemeral",
    query,
    write: [],
    candidate: `(\n${query}\n)`,
    publish: [],
    discard: [],
    published: {
      relation: node.relation,
      materialization: "view",
      columns: lakeColumns(node.columns),
      runId: run.id,
    },
  };
}
