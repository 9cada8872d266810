import type { Manifest, ManifestNode, RunResults, SourceStates } from "./schemas.ts";

/** What `state:` and `source_status:` compare with: each node as it was when it was last built. */
export interface Built {
  readonly manifest?: Manifest;
  readonly sources?: SourceStates;
}

/**
 * What is built after a run: nodes that it built are taken as they are now, the others stay as they were, and what
 * the project no longer holds goes. So a build of a part of the project leaves the other changes to be seen.
 */
export function mergeBuilt(before: Built, now: Manifest, run: RunResults): Required<Built> {
  const built = builtIn(now, run);
  const nodes: Record<string, ManifestNode> = {};
  for (const [id, node] of Object.entries(now.nodes)) {
    const kept = built.has(id) ? node : before.manifest?.nodes[id];
    if (kept !== undefined) nodes[id] = kept;
  }
  const sources: SourceStates["sources"] = {};
  for (const [id, { kind }] of Object.entries(now.nodes)) {
    if (kind !== "source") continue;
    const readers = (now.child_map[id] ?? []).filter((child) => now.nodes[child]?.kind === "model");
    const read = readers.every((reader) => built.has(reader)) ? run.sources[id] : undefined;
    const kept = read ?? before.sources?.sources[id];
    if (kept !== undefined) sources[id] = kept;
  }
  return {
    manifest: manifestOf(now, nodes),
    sources: { schema_version: now.schema_version, sources },
  };
}

/** What is built after a promotion: the promoted relations as their environment built them, the others as they were. */
export function adoptNodes(
  production: Manifest,
  environment: Manifest,
  relations: readonly string[],
): Manifest {
  const nodes = { ...production.nodes };
  for (const id of relations) {
    const node = environment.nodes[id];
    if (node !== undefined) nodes[id] = node;
  }
  return manifestOf(production, nodes);
}

/** What is built once some relations are no longer known to be. */
export function withoutNodes(built: Manifest, relations: readonly string[]): Manifest {
  const kept = Object.entries(built.nodes).filter(([id]) => !relations.includes(id));
  return manifestOf(built, Object.fromEntries(kept));
}

function manifestOf(
  { schema_version, project }: Manifest,
  nodes: Readonly<Record<string, ManifestNode>>,
): Manifest {
  const entries = Object.entries(nodes).sort(([a], [b]) => (a < b ? -1 : 1));
  const parents = entries.map(
    ([id, { depends_on }]) =>
      [id, depends_on.filter((other) => nodes[other] !== undefined)] as const,
  );
  const children = new Map<string, string[]>(entries.map(([id]) => [id, []]));
  for (const [id, others] of parents) for (const other of others) children.get(other)?.push(id);
  return {
    schema_version,
    project,
    nodes: Object.fromEntries(entries),
    parent_map: Object.fromEntries(parents),
    child_map: Object.fromEntries(children),
  };
}

/** The nodes that a run built as they are now: what it published, the tests that passed, and what was inlined in those. */
function builtIn(now: Manifest, run: RunResults): ReadonlySet<string> {
  const built = new Set<string>(run.published.map(({ relation }) => relation));
  for (const { id, status } of run.results) {
    if (status === "pass" || status === "warn") built.add(id);
  }
  // An ephemeral model is never published: it is built with all that read it.
  const ephemeral = Object.keys(now.nodes).filter(
    (id) => materializationOf(now.nodes[id]) === "ephemeral",
  );
  for (let before = -1; before !== built.size;) {
    before = built.size;
    for (const id of ephemeral) {
      const readers = (now.child_map[id] ?? []).filter((child) => !isTest(now.nodes[child]));
      if (readers.length > 0 && readers.every((reader) => built.has(reader))) built.add(id);
    }
  }
  return built;
}

function isTest(node: ManifestNode | undefined): boolean {
  return node?.kind === "test" || node?.kind === "unit_test";
}

function materializationOf(node: ManifestNode | undefined): unknown {
  const materialization = node?.config.materialization;
  return typeof materialization === "object" &&
    materialization !== null &&
    "type" in materialization
    ? materialization.type
    : undefined;
}
