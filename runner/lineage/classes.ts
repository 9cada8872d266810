import type { UseOfColumn } from "../core/column-lineage.ts";
import type { Declassification } from "../core/node-base.ts";
import { columnId } from "../core/project-lineage.ts";
import type { ColumnId, LineageRelation, ProjectLineage } from "../core/project-lineage.ts";

/** A column on the way of a class, and how the next one uses it. */
export interface ClassStep {
  readonly relation: LineageRelation;
  readonly column: string;
  /** Absent for the last column of a path. */
  readonly how?: UseOfColumn;
}

/** The classes that a column's values have, each with a shortest way from where it is declared, that first. */
export type ColumnClasses = ReadonlyMap<string, readonly ClassStep[]>;

export interface ClassFlow {
  /** Of every column that has any. */
  readonly classes: ReadonlyMap<ColumnId, ColumnClasses>;
  /** What reached a column and went no further, because the column is declassified. */
  readonly ended: ReadonlyMap<ColumnId, ReadonlySet<string>>;
}

export interface DeclaredClasses {
  readonly classes: ReadonlyMap<ColumnId, readonly string[]>;
  readonly declassified: ReadonlyMap<ColumnId, Pick<Declassification, "classes">>;
}

interface Reached {
  readonly relation: LineageRelation;
  readonly column: string;
  readonly name: string;
  readonly before: readonly ClassStep[];
}

/**
 * Follows classes from where they are declared through everything that is made of them, values and what decides values
 * alike. What only decides which rows there are tells of no value and carries none.
 */
export function flowOfClasses(lineage: ProjectLineage, declared: DeclaredClasses): ClassFlow {
  const readers = readersOf(lineage);
  const classes = new Map<ColumnId, Map<string, readonly ClassStep[]>>();
  const ended = new Map<ColumnId, Set<string>>();
  // In widening circles, so that the first way found is a shortest one.
  let frontier: readonly Reached[] = starts(lineage, declared);
  while (frontier.length > 0) {
    frontier = frontier.flatMap(({ relation, column, name, before }) => {
      const id = columnId(relation, column);
      const known = classes.get(id) ?? new Map<string, readonly ClassStep[]>();
      if (known.has(name)) return [];
      const until = before.length === 0 ? undefined : declared.declassified.get(id);
      if (until !== undefined && (until.classes?.includes(name) ?? true)) {
        ended.set(id, (ended.get(id) ?? new Set()).add(name));
        return [];
      }
      classes.set(id, known.set(name, [...before, { relation, column }]));
      return (readers.get(id) ?? []).map((reader) => ({
        relation: reader.relation,
        column: reader.column,
        name,
        before: [...before, { relation, column, how: reader.how }],
      }));
    });
  }
  return { classes, ended };
}

function starts({ relations }: ProjectLineage, { classes }: DeclaredClasses): readonly Reached[] {
  return [...relations.values()].flatMap(({ relation, columns }) =>
    [...columns.keys()].flatMap((column) =>
      (classes.get(columnId(relation, column)) ?? []).map((name) => ({
        relation,
        column,
        name,
        before: [],
      })),
    ),
  );
}

interface Reader {
  readonly relation: LineageRelation;
  readonly column: string;
  readonly how: UseOfColumn;
}

/** What is directly made of each column. */
export function readersOf({ relations }: ProjectLineage): ReadonlyMap<ColumnId, readonly Reader[]> {
  const readers = new Map<ColumnId, Reader[]>();
  for (const { relation, columns } of relations.values()) {
    for (const { name: column, from } of columns.values()) {
      for (const use of from) {
        const id = columnId(use.relation, use.column);
        const known = readers.get(id);
        const reader = { relation, column, how: use.how };
        if (known === undefined) readers.set(id, [reader]);
        else known.push(reader);
      }
    }
  }
  return readers;
}
