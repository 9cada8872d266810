import type { UseOfColumn } from "../core/column-lineage.ts";
import { columnId } from "../core/project-lineage.ts";
import type { ColumnId, LineageRelation, ProjectLineage } from "../core/project-lineage.ts";
import { readersOf } from "./classes.ts";

/** A column with what it is made of, or what is made of it. */
export interface ColumnTree {
  readonly relation: LineageRelation;
  readonly column: string;
  /** How the one next to the root uses the other; empty for the root. */
  readonly how: readonly UseOfColumn[];
  readonly children: readonly ColumnTree[];
  /** `repeated` stands in full further above, `cut` has more behind the depth. */
  readonly left?: "repeated" | "cut";
}

export type Direction = "up" | "down";

/** One step along the direction. */
interface Neighbour {
  readonly relation: LineageRelation;
  readonly column: string;
  readonly how: UseOfColumn;
}

type Neighbours = (id: ColumnId) => readonly Neighbour[];

/** Makes the function that grows trees from columns of a project: up to the sources, or down to all that is made of one. */
export function treeGrower(
  lineage: ProjectLineage,
  direction: Direction,
  depth = Infinity,
): (relation: LineageRelation, column: string) => ColumnTree {
  const neighbours = direction === "up" ? usesOf(lineage) : readers(lineage);
  return (relation, column) => {
    const grown = new Set<ColumnId>();
    const grow = (from: Omit<Neighbour, "how">, how: readonly UseOfColumn[], left: number) => {
      const id = columnId(from.relation, from.column);
      const next = grouped(neighbours(id));
      const tree = { relation: from.relation, column: from.column, how, children: [] };
      if (next.length === 0) return tree;
      if (grown.has(id)) return { ...tree, left: "repeated" as const };
      if (left === 0) return { ...tree, left: "cut" as const };
      grown.add(id);
      const children: ColumnTree[] = next.map((each) => grow(each, each.how, left - 1));
      return { ...tree, children };
    };
    return grow({ relation, column }, [], depth);
  };
}

function usesOf({ relations }: ProjectLineage): Neighbours {
  const found = new Map<ColumnId, readonly Neighbour[]>();
  for (const { relation, columns } of relations.values()) {
    for (const { name, from } of columns.values()) {
      const uses = from.map((use) => ({ ...use, relation: use.relation as LineageRelation }));
      found.set(columnId(relation, name), uses);
    }
  }
  return (id) => found.get(id) ?? [];
}

function readers(lineage: ProjectLineage): Neighbours {
  const found = readersOf(lineage);
  return (id) => found.get(id) ?? [];
}

interface Grouped {
  readonly relation: LineageRelation;
  readonly column: string;
  readonly how: readonly UseOfColumn[];
}

/** Each column once, with all the ways in which it is used. */
function grouped(neighbours: readonly Neighbour[]): readonly Grouped[] {
  const found = new Map<ColumnId, Grouped>();
  for (const { relation, column, how } of neighbours) {
    const id = columnId(relation, column);
    const known = found.get(id)?.how ?? [];
    found.set(id, { relation, column, how: [...new Set([...known, how])] });
  }
  return [...found.values()];
}

/** Every column of the trees, each once, and every use between two of them. */
export function flattened(trees: readonly ColumnTree[], direction: Direction) {
  const columns = new Map<ColumnId, Pick<ColumnTree, "relation" | "column">>();
  const uses = new Map<string, { from: ColumnId; to: ColumnId; how: UseOfColumn }>();
  const visit = (tree: ColumnTree) => {
    const id = columnId(tree.relation, tree.column);
    columns.set(id, { relation: tree.relation, column: tree.column });
    for (const child of tree.children) {
      const other = columnId(child.relation, child.column);
      const [from, to] = direction === "up" ? [other, id] : [id, other];
      for (const how of child.how) uses.set(`${how} ${from} ${to}`, { from, to, how });
      visit(child);
    }
  };
  trees.forEach(visit);
  return { columns: [...columns], uses: [...uses.values()] };
}

/** Lines in ASCII; `label` adds what is known of a column. */
export function printTree(tree: ColumnTree, label: (tree: ColumnTree) => string): string {
  const lines: string[] = [];
  const print = (each: ColumnTree, first: string, others: string) => {
    lines.push(`${first}${nameOf(each)}${label(each)}${notes(each)}`);
    each.children.forEach((child, index) => {
      const isLast = index === each.children.length - 1;
      print(child, `${others}${isLast ? "`- " : "|- "}`, `${others}${isLast ? "   " : "|  "}`);
    });
  };
  print(tree, "", "");
  return lines.map((line) => `${line}\n`).join("");
}

function nameOf({ relation, column, how }: ColumnTree): string {
  const ways = how.filter((each) => each !== "identity" || how.length > 1);
  return `${relation}.${column}${ways.length === 0 ? "" : ` (${ways.join(", ")})`}`;
}

function notes({ left }: ColumnTree): string {
  if (left === "repeated") return "  (as above)";
  return left === "cut" ? "  ..." : "";
}
