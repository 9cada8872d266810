import { didYouMean } from "../core/closest.ts";
import { Failure } from "../core/diagnostic.ts";
import { columnId } from "../core/project-lineage.ts";
import type { LineageRelation, ProjectLineage, RelationLineage } from "../core/project-lineage.ts";
import { flattened, printTree, treeGrower } from "../lineage/column-tree.ts";
import type { ColumnTree, Direction } from "../lineage/column-tree.ts";
import { columnPlaces } from "./column-places.ts";
import { exitCodes } from "./options.ts";
import type { ExitCode, GlobalOptions } from "./options.ts";
import { traceProject } from "./project-classes.ts";
import type { TracedProject } from "./project-classes.ts";
import { compileProject, openProject } from "./project.ts";

export interface LineageOptions extends GlobalOptions {
  readonly up?: boolean;
  readonly down?: boolean;
  /** Steps to follow; default is all of them for a column, and one for each column of a relation. */
  readonly depth?: number;
  readonly vars?: string;
}

/** Shows where a column comes from, or what is made of it; of a relation, each of its columns. */
export async function lineageCommand(name: string, options: LineageOptions): Promise<ExitCode> {
  const linked = await openProject(options);
  const compiled = await compileProject(linked, options);
  const traced = await traceProject(compiled);
  const { lineage } = traced;
  const { relation, columns, isWhole } = find(name, lineage);
  const placeOf = columnPlaces(compiled, lineage);
  const depth = options.depth ?? (isWhole ? 1 : Infinity);
  const up = options.up === true || options.down !== true;
  const directions: readonly Direction[] = [
    ...(up ? (["up"] as const) : []),
    ...(options.down === true ? (["down"] as const) : []),
  ];
  const label = labelOf(traced, placeOf);
  for (const direction of directions) {
    const grow = treeGrower(lineage, direction, depth);
    const trees = columns.map((column) => grow(relation.relation, column));
    if (options.json === true) {
      process.stdout.write(`${JSON.stringify(asJson(trees, direction, { traced, placeOf }))}\n`);
      continue;
    }
    if (directions.length > 1) process.stdout.write(`${titles[direction]}:\n`);
    process.stdout.write(trees.map((tree) => printTree(tree, label)).join(""));
  }
  if (options.json !== true && isWhole) process.stdout.write(printRows(relation));
  return exitCodes.ok;
}

const titles = { up: "is made of", down: "goes into" } as const;

interface Wanted {
  readonly relation: RelationLineage;
  readonly columns: readonly string[];
  readonly isWhole: boolean;
}

/** A source's tables go by their names with and without `source:` before them. */
function find(name: string, { relations }: ProjectLineage): Wanted {
  const wanted = name.toLowerCase();
  for (const relation of relations.values()) {
    for (const own of [relation.relation, relation.relation.replace(/^source:/, "")]) {
      const columns = [...relation.columns.keys()];
      if (wanted === own) return { relation, columns, isWhole: true };
      if (!wanted.startsWith(`${own}.`)) continue;
      const column = columns.find((each) => each.toLowerCase() === wanted.slice(own.length + 1));
      if (column !== undefined) return { relation, columns: [column], isWhole: false };
      const otherwise = `Its columns: ${columns.join(", ")}.`;
      const known = columns.map((each) => `${own}.${each}`);
      const hint = didYouMean(wanted, known, otherwise);
      const message = `${own} has no column "${name.slice(own.length + 1)}".`;
      throw new Failure([{ code: "LINEAGE_UNKNOWN_COLUMN", message, hint }]);
    }
  }
  const known = [...relations.values()].flatMap(({ relation, columns }) => [
    relation,
    ...[...columns.keys()].map((column) => columnId(relation, column)),
  ]);
  const message = `This project has no relation and no column "${name}".`;
  const hint = didYouMean(name, known, "Write gold.sales or gold.sales.customer_id.");
  throw new Failure([{ code: "LINEAGE_UNKNOWN_RELATION", message, hint }]);
}

type PlaceOf = ReturnType<typeof columnPlaces>;

/** Classes, where it is made, and what a reader could not guess. */
function labelOf({ lineage, flow }: TracedProject, placeOf: PlaceOf) {
  return ({ relation, column }: ColumnTree): string => {
    const found = lineage.relations.get(relation);
    const classes = [...(flow.classes.get(columnId(relation, column))?.keys() ?? [])];
    const place = placeOf(relation, column);
    const at = place?.line === undefined ? place?.file : `${place.file}:${place.line}`;
    return [
      ...(classes.length === 0 ? [] : [`[${classes.join(", ")}]`]),
      ...(found?.columns.get(column)?.isTechnical === true ? ["(added by the runner)"] : []),
      ...(found?.inexact === undefined ? [] : ["(not exact)"]),
      ...(at === undefined ? [] : [at]),
    ]
      .map((part) => `  ${part}`)
      .join("");
  };
}

function printRows({ rows, inexact, relation }: RelationLineage): string {
  const lines = inexact === undefined ? [] : [`${relation} is not exact: ${inexact}`];
  const ways = [...new Set(rows.map(({ how }) => how))];
  for (const way of ways) {
    const columns = rows
      .filter(({ how }) => how === way)
      .map((use) => `${use.relation}.${use.column}`);
    lines.push(`rows by ${way}: ${[...new Set(columns)].sort().join(", ")}`);
  }
  return lines.map((line) => `${line}\n`).join("");
}

interface Known {
  readonly traced: TracedProject;
  readonly placeOf: PlaceOf;
}

function asJson(trees: readonly ColumnTree[], direction: Direction, { traced, placeOf }: Known) {
  const { columns, uses } = flattened(trees, direction);
  const relations = new Set(columns.map(([, { relation }]) => relation));
  return {
    direction,
    columns: columns.map(([id, { relation, column }]) => {
      const found = traced.lineage.relations.get(relation);
      return {
        id,
        relation,
        column,
        kind: found?.kind,
        exact: found?.inexact === undefined,
        technical: found?.columns.get(column)?.isTechnical ?? false,
        classes: [...(traced.flow.classes.get(id)?.keys() ?? [])],
        place: placeOf(relation, column),
      };
    }),
    uses,
    rows: rowsOf(traced.lineage, relations),
  };
}

function rowsOf({ relations }: ProjectLineage, wanted: ReadonlySet<LineageRelation>) {
  return [...wanted].flatMap((relation) =>
    (relations.get(relation)?.rows ?? []).map((use) => ({
      of: relation,
      by: `${use.relation}.${use.column}`,
      how: use.how,
    })),
  );
}
