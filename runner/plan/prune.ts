import { didYouMean } from "../core/closest.ts";
import { counted } from "../core/counted.ts";
import { Failure } from "../core/diagnostic.ts";
import { production, publicNameIn } from "../core/environment.ts";
import { mentionedRelations } from "../core/mentioned-relations.ts";
import type { RelationName } from "../core/relation.ts";
import type { PublishedRelation, WarehouseState } from "../core/state.ts";
import type { Graph } from "../graph/graph.ts";
import { withoutNode } from "./environment.ts";

interface PruneRequest {
  readonly graph: Graph;
  /** Production's. */
  readonly state: WarehouseState;
  /** Those of all other environments. */
  readonly environments: readonly WarehouseState[];
  /** Relations to take away, of those that could be; none takes all of them. */
  readonly names: readonly string[];
}

/**
 * The relations to take from readers: production has them, and no file of the project makes them any more. What somebody
 * asks for and cannot have is a failure, and so is a view that is published and would be left with nothing to read.
 */
export function planPrune(request: PruneRequest): readonly RelationName[] {
  const { graph, state, names } = request;
  const orphaned = withoutNode(graph, state);
  const unknown = names.filter((name) => !orphaned.some((relation) => relation === name));
  if (unknown.length > 0) throw notOrphaned(unknown, orphaned, request);
  const taken = orphaned.filter((relation) => names.length === 0 || names.includes(relation));
  const readers = readersOf(new Set(taken), request);
  if (readers.length > 0) throw stillRead(readers, request);
  return taken;
}

interface Reader {
  readonly reader: PublishedRelation;
  readonly reads: readonly RelationName[];
}

/** Published views that name what shall go; a table has its rows for itself. */
function readersOf(
  taken: ReadonlySet<RelationName>,
  { state, environments }: PruneRequest,
): readonly Reader[] {
  return [state, ...environments].flatMap(({ environment, published }) =>
    [...published.values()]
      .filter((each) => each.environment === environment && each.physical === undefined)
      .filter(({ relation }) => environment !== production || !taken.has(relation))
      .map((reader) => {
        const reads = mentionedRelations(reader.definition).filter((name) => taken.has(name));
        return { reader, reads };
      })
      .filter(({ reads }) => reads.length > 0),
  );
}

function stillRead(readers: readonly Reader[], { graph, names }: PruneRequest): Failure {
  const wayOut = ({ relation, environment }: PublishedRelation) => {
    if (environment !== production) {
      return `Build the environment again without it, or give it up: runner env drop ${environment}`;
    }
    return graph.nodes.has(relation)
      ? `Publish it as the project has it now: runner build --select ${relation}`
      : `Take it away too: runner prune ${[...names, relation].join(" ")}`;
  };
  return new Failure(
    readers.map(({ reader, reads }) => {
      const { relation, environment } = reader;
      const inIt = environment === production ? "" : ` of the environment ${environment}`;
      return {
        code: "STILL_READ",
        message: `The published view ${publicNameIn(environment)(relation)}${inIt} reads ${reads.join(", ")}.`,
        hint: wayOut(reader),
      };
    }),
  );
}

function notOrphaned(
  names: readonly string[],
  orphaned: readonly RelationName[],
  { graph }: PruneRequest,
): Failure {
  const hint =
    orphaned.length === 0
      ? "Every published relation is part of the project."
      : `${counted(orphaned.length, "relation")} could go: ${orphaned.join(", ")}.`;
  return new Failure(
    names.map((name) =>
      graph.nodes.has(name as RelationName)
        ? {
            code: "CLI_USAGE",
            message: `${name} is part of the project, and no build would leave it away.`,
            hint: "Delete or rename its files first.",
          }
        : {
            code: "SELECT_NOTHING",
            message: `Nothing is published as "${name}" that the project no longer has.`,
            hint: didYouMean(name, orphaned, hint),
          },
    ),
  );
}
