import type { CopiedFiles, Dialect } from "../core/dialect.ts";
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
  const copied = { relation, candidate, contents, files };
  const grown = grownTable(relation, contents, context);
  return grown === undefined ? newTable(copied, context) : addedRows(copied, grown, context);
}

/** What removes a candidate that is not published, whichever kind it is. */
export function discardRawStatements(candidate: string, dialect: Dialect): readonly string[] {
  const view = dialect.dropView(candidate);
  if (dialect.files.kind === "in_place") return [view];
  return [view, dialect.dropTable(rowsTable(candidate)), dialect.dropTable(deltaTable(candidate))];
}

interface CopiedCandidate {
  readonly relation: RelationName;
  readonly candidate: string;
  readonly contents: Contents;
  readonly files: CopiedFiles;
}

const rowsTable = (candidate: string) => `${candidate}__rows`;
const deltaTable = (candidate: string) => `${candidate}__delta`;

async function newTable(
  { relation, candidate, contents, files }: CopiedCandidate,
  context: ExecutionContext,
): Promise<RawCandidate> {
  const { engine, dialect } = context;
  const physical = rowsTable(candidate);
  await copyContents(physical, { relation, ...contents, copied: files }, context);
  const definition = `select ${quotedNames(contents.columns).join(", ")} from ${physical}`;
  await engine.execute(dialect.createView(candidate, definition));
  return {
    publish: [
      dialect.dropView(candidate),
      ...repointed({ relation, columns: contents.columns }, definition, context),
    ],
    published: { definition, physical },
  };
}

/** The table of rows that are published, where what this run extracted only adds to them. */
function grownTable(
  relation: RelationName,
  { columns, files }: Contents,
  { state, run }: Pick<ExecutionContext, "state" | "run">,
): Required<Pick<PublishedRelation, "definition" | "physical">> | undefined {
  const published = state.published.get(relation);
  const manifest = ownManifest(relation, state);
  if (published?.physical === undefined || manifest === undefined) return undefined;
  if (!hasPublicView(state, relation, columns)) return undefined;
  const listed = new Set(manifest.files.map(({ key }) => key));
  const kept = files.filter(({ runId }) => runId !== run.id);
  if (kept.length !== listed.size || kept.some(({ key }) => !listed.has(key))) return undefined;
  return { definition: published.definition, physical: published.physical };
}

async function addedRows(
  { relation, candidate, contents, files: copied }: CopiedCandidate,
  { definition, physical }: Required<Pick<PublishedRelation, "definition" | "physical">>,
  context: ExecutionContext,
): Promise<RawCandidate> {
  const { engine, dialect, run } = context;
  const { columns } = contents;
  const staged = deltaTable(candidate);
  const added = withOwnColumns(contents).filter(({ runId }) => runId === run.id);
  await copyContents(staged, { relation, columns, files: added, copied }, context);
  const delta = {
    published: physical,
    delta: staged,
    replace: { by: "nothing" } as const,
    columns: quotedNames(columns),
    runId: run.id,
  };
  await engine.execute(dialect.createView(candidate, dialect.mergedQuery(delta)));
  return {
    publish: [dialect.dropView(candidate), ...dialect.applyDelta(delta), dialect.dropTable(staged)],
    published: { definition, physical },
    undo: { statements: dialect.undoDelta(delta), physical: [] },
  };
}
