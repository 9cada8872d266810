import type { Dialect } from "../core/dialect.ts";
import { withOwnColumns } from "../core/manifest-rows.ts";
import type { LakeManifest } from "../core/manifest.ts";
import { hasPublicView, repointed } from "../core/published-name.ts";
import type { RelationName } from "../core/relation.ts";
import type { PublishedRelation } from "../core/state.ts";
import type { TableExtraction } from "../plan/step.ts";
import { contentsQuery } from "./contents-query.ts";
import type { ExecutionContext, RawCandidate } from "./context.ts";
import { copyContents, quotedNames } from "./copy-contents.ts";
import { ownManifest } from "./own-manifest.ts";

type Contents = Pick<LakeManifest, "columns" | "files">;

/**
 * Makes the candidate of a raw relation: a view of the lake's files for an engine that reads them in place, and for
 * another the rows of those that it does not have yet, copied.
 */
export async function makeRawCandidate(
  { table: { relation }, candidate }: TableExtraction,
  contents: Contents,
  context: ExecutionContext,
): Promise<RawCandidate> {
  const { engine, dialect } = context;
  const { files } = dialect;
  if (files.kind === "in_place") {
    const definition = await contentsQuery(contents, {
      ...context,
      dialect: { ...dialect, files },
    });
    await engine.execute(dialect.createView(candidate, definition));
    return {
      publish: [
        ...repointed({ relation, columns: contents.columns }, definition, context),
        dialect.dropView(candidate),
      ],
      published: { definition },
    };
  }
  const copied = planCopiedCandidate({ relation, candidate }, contents, context);
  await copyContents(copied.table, { relation, ...copied, copied: files }, context);
  await engine.execute(dialect.createView(candidate, copied.view));
  return copied.candidate;
}

/** What removes a candidate that is not published, whichever kind it is. */
export function discardRawStatements(candidate: string, dialect: Dialect): readonly string[] {
  const view = dialect.dropView(candidate);
  if (dialect.files.kind === "in_place") return [view];
  return [view, dialect.dropTable(rowsTable(candidate)), dialect.dropTable(deltaTable(candidate))];
}

const rowsTable = (candidate: string) => `${candidate}__rows`;
const deltaTable = (candidate: string) => `${candidate}__delta`;

export interface CandidateContext extends Pick<ExecutionContext, "dialect" | "state"> {
  readonly run: Pick<ExecutionContext["run"], "id">;
}

/** How a raw relation's candidate is made of copied rows. */
export interface CopiedCandidate extends Contents {
  /** The table that the files of `files` are copied into: all of them, or those of this run. */
  readonly table: string;
  /** The query of the candidate, which is a view. */
  readonly view: string;
  readonly candidate: RawCandidate;
}

export function planCopiedCandidate(
  names: Pick<TableExtraction, "candidate"> & { readonly relation: RelationName },
  contents: Contents,
  context: CandidateContext,
): CopiedCandidate {
  const grown = grownTable(names.relation, contents, context);
  return grown === undefined
    ? newTable(names, contents, context)
    : addedRows(names.candidate, contents, { ...context, grown });
}

function newTable(
  { relation, candidate }: Parameters<typeof planCopiedCandidate>[0],
  { columns, files }: Contents,
  { dialect, state }: CandidateContext,
): CopiedCandidate {
  const physical = rowsTable(candidate);
  const definition = `select ${quotedNames(columns).join(", ")} from ${physical}`;
  return {
    ...{ columns, files, table: physical, view: definition },
    candidate: {
      publish: [
        dialect.dropView(candidate),
        ...repointed({ relation, columns }, definition, { dialect, state }),
      ],
      published: { definition, physical },
    },
  };
}

type GrownTable = Required<Pick<PublishedRelation, "definition" | "physical">>;

/** The table of rows that are published, where what this run extracted only adds to them. */
function grownTable(
  relation: RelationName,
  { columns, files }: Contents,
  { state, run }: CandidateContext,
): GrownTable | undefined {
  const published = state.published.get(relation);
  const manifest = ownManifest(relation, state);
  if (published?.physical === undefined || manifest === undefined) return undefined;
  if (!hasPublicView(state, relation, columns)) return undefined;
  const listed = new Set(manifest.files.map(({ key }) => key));
  const kept = files.filter(({ runId }) => runId !== run.id);
  if (kept.length !== listed.size || kept.some(({ key }) => !listed.has(key))) return undefined;
  return { definition: published.definition, physical: published.physical };
}

function addedRows(
  candidate: string,
  contents: Contents,
  { dialect, run, grown }: CandidateContext & { readonly grown: GrownTable },
): CopiedCandidate {
  const { columns } = contents;
  const staged = deltaTable(candidate);
  const delta = {
    published: grown.physical,
    delta: staged,
    replace: { by: "nothing" } as const,
    columns: quotedNames(columns),
    runId: run.id,
  };
  return {
    ...{ columns, table: staged, view: dialect.mergedQuery(delta) },
    files: withOwnColumns(contents).filter(({ runId }) => runId === run.id),
    candidate: {
      publish: [
        dialect.dropView(candidate),
        ...dialect.applyDelta(delta),
        dialect.dropTable(staged),
      ],
      published: grown,
      undo: { statements: dialect.undoDelta(delta), physical: [] },
    },
  };
}
