import { factsOfNewViews } from "../../access/kept.ts";
import type { Engine } from "../../core/ports.ts";
import type { PublishedColumns } from "../../core/state.ts";
import { redshiftDialect } from "../../dialect/redshift/dialect.ts";
import { readLiveAccess, readLiveRoles } from "../../dialect/redshift/access/live.ts";
import { masksAreKept, publicViews } from "../../dialect/redshift/access/public-views.ts";
import { accessStatements } from "../../dialect/redshift/access/statements.ts";
import type { LinkedProject } from "../project.ts";
import { publishedRelations } from "./classed-relations.ts";
import { accessPrefix, wantedAccess } from "./declared-access.ts";

/**
 * An engine whose transactions give the public views that they make the rights and policies of the roles that were
 * applied, so that a view and what hides its columns become visible in one moment.
 */
export function keepingAccess(engine: Engine, linked: LinkedProject): Engine {
  if (engine.name !== "redshift" || linked.project.access === undefined) return engine;
  const { acting } = engine;
  return {
    name: engine.name,
    isExclusive: engine.isExclusive,
    files: engine.files,
    ...(acting === undefined ? {} : { acting }),
    ...(engine.metered === undefined
      ? {}
      : { metered: (tell) => keepingAccess(engine.metered?.(tell) ?? engine, linked) }),
    execute: (statement) => engine.execute(statement),
    query: (statement, rowLimit) => engine.query(statement, rowLimit),
    describe: (query) => engine.describe(query),
    interrupt: () => engine.interrupt(),
    nameRun: (runId) => engine.nameRun?.(runId),
    settle: async (runs) => engine.settle?.(runs),
    close: () => engine.close(),
    transaction: async (statements, published = []) => {
      const asked = { engine, linked, published };
      return engine.transaction([...statements, ...(await accessOfViews(statements, asked))]);
    },
  };
}

interface Asked {
  readonly engine: Engine;
  readonly linked: LinkedProject;
  readonly published: readonly PublishedColumns[];
}

const dialect = redshiftDialect({ iamRole: "default" });

async function accessOfViews(
  statements: readonly string[],
  { engine, linked, published }: Asked,
): Promise<readonly string[]> {
  const { made, replaced } = publicViews(statements);
  if (made.size + replaced.size === 0) return [];
  const ask = async (query: string) => (await engine.query(query)).rows;
  const prefix = accessPrefix(linked.project);
  if ((await readLiveRoles(ask, prefix)).length === 0) return [];
  const { facts } = await readLiveAccess(ask, prefix);
  const relations = await publishedRelations(
    linked,
    published.filter(({ relation }) => made.has(relation)),
  );
  const changes = factsOfNewViews(wantedAccess(linked, relations), facts);
  return [
    ...accessStatements(changes, (type) => dialect.columnType(type)),
    ...masksAreKept(facts, replaced),
  ];
}
