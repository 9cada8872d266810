import { didYouMean } from "../core/closest.ts";
import { Failure } from "../core/diagnostic.ts";
import type { SourceTable } from "../core/source-table.ts";
import { Connections } from "./connections.ts";
import { resolveTarget } from "./target.ts";
import type { Target } from "./target.ts";
import type { LinkedProject } from "./project.ts";
import { openLake } from "./open-lake.ts";

export function nameOf({ source, table }: Pick<SourceTable, "source" | "table">): string {
  return `${source}.${table}`;
}

/** The tables that names stand for, a source's or a table's; all where there is none. Quarantines are no part of a source. */
export function namedTables(
  { project }: LinkedProject,
  names: readonly string[],
): readonly SourceTable[] {
  const tables = project.sources.filter(({ quarantineOf }) => quarantineOf === undefined);
  if (names.length === 0) return tables;
  const matches = (name: string) => (table: SourceTable) =>
    name === table.source || name === nameOf(table) || name === table.relation;
  for (const name of names) {
    if (!tables.some(matches(name))) throw unknownSource(name, tables);
  }
  return tables.filter((table) => names.some((name) => matches(name)(table)));
}

export function unknownSource(name: string, tables: readonly SourceTable[]): Failure {
  const known = tables.flatMap((table) => [table.source, nameOf(table)]);
  return new Failure([
    {
      code: "SELECT_NOTHING",
      message: `There is no source, and no table of a source, "${name}".`,
      hint: didYouMean(name, known, `There are ${tables.map(nameOf).join(", ") || "none"}.`),
    },
  ]);
}

/** Opens the target's connections for a while. Nothing is written to the lake. */
export async function withConnections<Result>(
  { project }: LinkedProject,
  targetName: string | undefined,
  use: (connections: Connections, target: Target) => Promise<Result>,
): Promise<Result> {
  const target = resolveTarget(project, targetName);
  const connections = new Connections(target, await openLake(target));
  try {
    return await use(connections, target);
  } finally {
    await connections.close();
  }
}
