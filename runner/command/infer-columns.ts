import { assertSound, Failure } from "../core/diagnostic.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import { isTest, queryColumns } from "../core/node.ts";
import type { Model } from "../core/node.ts";
import type { Column } from "../core/node-base.ts";
import type { Engine } from "../core/ports.ts";
import { readThroughEphemeral } from "../core/read-through.ts";
import { zones } from "../core/relation.ts";
import type { RelationName } from "../core/relation.ts";
import { StatementFailure } from "../core/statement-failure.ts";
import { readableColumns } from "../core/technical-columns.ts";
import { declaredType } from "../core/declared-type.ts";
import { duckdbDialect } from "../dialect/duckdb/dialect.ts";
import type { Graph } from "../graph/graph.ts";
import { link } from "../graph/link.ts";
import type { ProjectFiles, TextFile } from "../load/project-files.ts";
import { stemOf } from "../parse/beside.ts";
import { parseProject } from "../parse/project.ts";
import type { ParsedProject } from "../parse/project.ts";
import { compileProject } from "./project.ts";

export interface InferredColumn {
  readonly name: string;
  /** As a contract declares it. */
  readonly type: string;
  /** In the engine's words. */
  readonly yields: string;
  /** False when `type` does not hold all that the query may yield. */
  readonly isExact: boolean;
}

export interface ModelFiles {
  readonly relation: RelationName;
  readonly sql: TextFile;
  readonly yaml?: TextFile;
}

interface Found {
  readonly project: ParsedProject;
  readonly graph: Graph;
  readonly model: Model;
  /** What the YAML declares; undefined where it cannot be read, or is not there. */
  readonly declared?: readonly Column[];
}

/** Describes a model's query over empty tables of what the relations that it reads declare. */
export async function inferColumns(
  files: ModelFiles,
  projectFiles: ProjectFiles,
  options: { readonly vars?: string; readonly target?: string },
): Promise<readonly InferredColumn[]> {
  const found = openModel(files, projectFiles);
  const { project, graph, model, declared } = found;
  const compiled = await compileProject({ project, graph, selectors: new Map() }, options);
  const { relation, template } = model;
  const query = compiled.modelQuery(model, {
    dialect: "duckdb",
    resolve: (name) => name,
    self: relation,
  });
  const { openDuckDb } = await import("../engine/duckdb/engine.ts");
  const engine = await openDuckDb({ file: ":memory:", threads: 1 });
  try {
    await makeEmptyTables(engine, found);
    const lengths = castLengths(query);
    return (await engine.describe(query)).map(({ name, type: yields }) => {
      const before = declared?.find((column) => column.name === name)?.type;
      if (before !== undefined && duckdbDialect.describedType(before) === yields) {
        const type = duckdbDialect.columnType(before);
        return { name, type, yields, isExact: true };
      }
      const told = declaredType(yields);
      const length = told.type === "varchar" ? lengths.get(name) : undefined;
      return length === undefined
        ? { name, yields, ...told }
        : { name, yields, ...told, type: `varchar(${length})` };
    });
  } catch (error) {
    if (!(error instanceof StatementFailure)) throw error;
    const place = compiled.locate(error, template) ?? { place: { file: template.file } };
    throw new Failure(error.diagnostics.map((each) => ({ ...each, ...place })));
  } finally {
    await engine.close();
  }
}

/** Reads the project; where the model's YAML is not sound, as if it declared next to nothing. */
function openModel({ relation, sql, yaml }: ModelFiles, files: ProjectFiles): Found {
  const asWritten = attempt(files, relation);
  if (asWritten.found !== undefined) return asWritten.found;
  const isUnreadable = ({ code, place }: Diagnostic) =>
    code === "YAML_SYNTAX" && place?.file === yaml?.file;
  assertSound(asWritten.diagnostics.filter(isUnreadable));

  const placeholder = {
    file: yaml?.file ?? `${stemOf(sql.file)}.yml`,
    text: "grain: one row\nmaterialized: view\ncolumns: [{ name: unknown, type: integer }]\n",
  };
  const others = files.modelYaml.filter(({ file }) => file !== placeholder.file);
  const without = attempt({ ...files, modelYaml: [...others, placeholder] }, relation);
  if (without.found === undefined) throw new Failure(without.diagnostics);
  return { ...without.found, declared: undefined };
}

function attempt(
  files: ProjectFiles,
  relation: RelationName,
): { readonly found?: Found; readonly diagnostics: readonly Diagnostic[] } {
  const parsed = parseProject(files);
  const { diagnostics } = parsed;
  if (parsed.project === undefined || diagnostics.length > 0) return { diagnostics };
  // Tests have no part in what a query yields, and may well test a column that is not declared yet.
  const project = { ...parsed.project, tests: [], unitTests: [] };
  const linked = link(project);
  const model = project.models.find((each) => each.relation === relation);
  if (linked.diagnostics.length > 0 || model === undefined) return linked;
  return {
    diagnostics,
    found: { project, graph: linked.graph, model, declared: queryColumns(model) },
  };
}

/** Of all that the query may read, through ephemeral models too, and of the model itself. */
async function makeEmptyTables(engine: Engine, { graph, model, declared }: Found): Promise<void> {
  const tables = readThroughEphemeral(model.relation, graph).flatMap((relation) => {
    const node = graph.nodes.get(relation);
    if (node === undefined || isTest(node)) return [];
    return [duckdbDialect.createTable(relation, readableColumns(node))];
  });
  await engine.transaction([
    ...zones.map((zone) => `create schema ${zone}`),
    ...tables,
    ...(declared === undefined ? [] : [duckdbDialect.createTable(model.relation, declared)]),
  ]);
}

/**
 * Lengths that the query's text casts its columns to, where it says `cast(… as varchar(20)) as name`: the engine keeps
 * none, and Redshift does. Of several for one name, the longest.
 */
function castLengths(query: string): ReadonlyMap<string, number> {
  const lengths = new Map<string, number>();
  const casts = /\bas\s+varchar\s*\(\s*(\d+)\s*\)\s*\)\s+as\s+([a-z][a-z0-9_]*)/gi;
  for (const [, length = "", name = ""] of query.matchAll(casts)) {
    lengths.set(name, Math.max(lengths.get(name) ?? 0, Number(length)));
  }
  return lengths;
}
