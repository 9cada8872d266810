import { isMap, isScalar, isSeq, parseDocument } from "yaml";
import type { Node, Pair, YAMLMap, YAMLSeq } from "yaml";
import { parseSourceType, printSourceType } from "../core/source-type.ts";

export interface ContractColumn {
  readonly name: string;
  /** As a declaration says it: `numeric(10,2)`. */
  readonly type: string;
  /** Written for a new column that is never null; what stands there of others stays. */
  readonly nullable?: false;
}

export interface ContractEdit {
  readonly text: string;
  /** The part of `text` that declares the columns. */
  readonly block: string;
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Sentences such as `amount: integer -> numeric(10,2)`. */
  readonly retyped: readonly string[];
  readonly isReordered: boolean;
}

/**
 * A model's YAML with these columns, in this order. What stood there of a column stays as it was written, its
 * description, tests and comments included; all other lines are left alone, to the byte. The text must be sound YAML.
 */
export function withColumns(text: string, columns: readonly ContractColumn[]): ContractEdit {
  const { contents } = parseDocument(text);
  return editColumns(text, isMap(contents) ? contents : undefined, columns);
}

/** As `withColumns`, of one table of a source's YAML. */
export function withTableColumns(
  text: string,
  table: string,
  columns: readonly ContractColumn[],
): ContractEdit {
  const tables = parseDocument(text).get("tables");
  const found = isSeq(tables)
    ? tables.items.find((item) => isMap(item) && item.get("name") === table)
    : undefined;
  if (!isMap(found)) throw new Error(`there is no table ${table}`);
  return editColumns(text, found, columns);
}

/** A source's YAML with a further table, whose lines begin at the margin, behind the others. */
export function withTable(text: string, table: string): string {
  const tables = parseDocument(text).get("tables");
  const last = isSeq(tables) ? tables.items.at(-1) : undefined;
  const [start = 0, valueEnd = text.length] = rangeOf(last) ?? [];
  const end = endOfLine(text, lastCharacter(text, valueEnd));
  const margin = " ".repeat(Math.max(0, columnOf(text, text.lastIndexOf("-", start - 1))));
  const lines = table.trimEnd().split("\n");
  const before = text.slice(0, end);
  const indented = lines.map((line) => `${margin}${line}\n`).join("");
  return `${before}${before.endsWith("\n") ? "" : "\n"}${indented}${text.slice(end)}`;
}

function editColumns(
  text: string,
  contents: YAMLMap | undefined,
  columns: readonly ContractColumn[],
): ContractEdit {
  const lineBreak = text.includes("\r\n") ? "\r\n" : "\n";
  const pair = contents?.items.find(({ key }) => isScalar(key) && key.value === "columns");
  const found = pair === undefined ? nothingAt(text, lineBreak) : regionOf(text, pair, lineBreak);
  const known = new Map(found.items.map((item) => [item.name, item]));
  const retyped: string[] = [];
  const texts = columns.map((column) => {
    const item = known.get(column.name);
    if (item === undefined) return newItem(column, found, lineBreak);
    if (isSameType(item.type, column.type)) return item.text;
    retyped.push(`${column.name}: ${item.type ?? "no type"} -> ${column.type}`);
    return item.retype(column.type);
  });
  const block = `${found.head}${texts.join("")}`;
  const names = columns.map(({ name }) => name);
  const kept = found.items.map(({ name }) => name).filter((name) => names.includes(name));
  return {
    text: `${found.before}${block}${found.after}`,
    block: `${block.trimEnd()}\n`,
    added: names.filter((name) => !known.has(name)),
    removed: [...known.keys()].filter((name) => !names.includes(name)),
    retyped,
    isReordered: names.filter((name) => known.has(name)).join() !== kept.join(),
  };
}

interface Item {
  readonly name: string;
  readonly type: string | undefined;
  /** Whole lines, with the comments before them. */
  readonly text: string;
  retype(type: string): string;
}

interface Region {
  readonly before: string;
  /** `columns:` and what stands before its first entry. */
  readonly head: string;
  readonly items: readonly Item[];
  readonly after: string;
  readonly indent: string;
  /** Whether entries are written as `{ name: id, type: integer }`. */
  readonly isFlow: boolean;
}

function nothingAt(text: string, lineBreak: string): Region {
  const before = text === "" || text.endsWith("\n") ? text : `${text}${lineBreak}`;
  const head = `columns:${lineBreak}`;
  return { before, head, items: [], after: "", indent: "  ", isFlow: false };
}

function regionOf(text: string, pair: Pair, lineBreak: string): Region {
  const key = rangeOf(pair.key)?.[0] ?? 0;
  const value = rangeOf(pair.value);
  if (!isSeq(pair.value) || value === undefined || pair.value.items.length === 0) {
    const end = endOfLine(text, Math.max(value?.[1] ?? 0, rangeOf(pair.key)?.[1] ?? 0));
    return { ...nothingAt(text.slice(0, key), lineBreak), after: text.slice(end) };
  }
  return pair.value.flow === true
    ? flowRegion(text, { key, list: pair.value }, lineBreak)
    : blockRegion(text, { key, list: pair.value }, lineBreak);
}

interface ColumnList {
  /** Offset of `columns:`. */
  readonly key: number;
  readonly list: YAMLSeq;
}

/** `columns: [{ … }, { … }]` becomes one entry a line. */
function flowRegion(text: string, { key, list }: ColumnList, lineBreak: string): Region {
  const items = list.items.flatMap((node) => {
    if (!isMap(node)) return [];
    const [start = 0, end = 0] = node.range ?? [];
    const line = `  - ${text.slice(start, end)}${lineBreak}`;
    return [itemOf(node, { text: line, offset: start - 4 }, lineBreak)];
  });
  const end = list.range?.[1] ?? text.length;
  const before = text.slice(0, key);
  const rest = text.slice(end);
  // What follows on the line, such as a comment, goes beside `columns:`.
  const stop = endOfLine(rest, 0);
  const aside = rest.slice(0, stop).trimEnd();
  const head = `columns:${aside}${lineBreak}`;
  return { before, head, items, after: rest.slice(stop), indent: "  ", isFlow: true };
}

function blockRegion(text: string, { key, list }: ColumnList, lineBreak: string): Region {
  const spans = list.items.flatMap((node) => {
    if (!isMap(node) || !node.range) return [];
    const [start, valueEnd] = node.range;
    const dash = text.lastIndexOf("-", start - 1);
    const lineStart = text.lastIndexOf("\n", dash) + 1;
    return [{ node, lineStart, dash, end: endOfLine(text, lastCharacter(text, valueEnd)) }];
  });
  const [first] = spans;
  if (first === undefined) return nothingAt(text, lineBreak);
  const items = spans.map(({ node, lineStart, end }, index) => {
    const from = index === 0 ? lineStart : (spans[index - 1]?.end ?? lineStart);
    const own = text.slice(from, end);
    const whole = own.endsWith("\n") ? own : `${own}${lineBreak}`;
    return itemOf(node, { text: whole, offset: from }, lineBreak);
  });
  return {
    before: text.slice(0, key),
    head: text.slice(key, first.lineStart),
    items,
    after: text.slice(spans.at(-1)?.end ?? text.length),
    indent: text.slice(first.lineStart, first.dash),
    isFlow: spans.filter(({ node }) => node.flow === true).length * 2 > spans.length,
  };
}

/** An entry whose text begins at `offset` of the file. */
function itemOf(
  node: YAMLMap,
  { text, offset }: { readonly text: string; readonly offset: number },
  lineBreak: string,
): Item {
  const type: unknown = node.get("type", true);
  const name: unknown = node.get("name", true);
  const isFlow = node.flow === true;
  return {
    name: String(node.get("name")),
    type: isScalar(type) ? String(type.value) : undefined,
    text,
    retype: (wanted) => {
      const written = isFlow && /[,[\]{}]/.test(wanted) ? `"${wanted}"` : wanted;
      const [start, end] = rangeOf(type) ?? [];
      if (start !== undefined && end !== undefined && isScalar(type)) {
        return text.slice(0, start - offset) + written + text.slice(end - offset);
      }
      const at = (rangeOf(name)?.[1] ?? offset) - offset;
      const indent = " ".repeat(columnOf(text, (node.range?.[0] ?? offset) - offset));
      const added = isFlow ? `, type: ${written}` : `${lineBreak}${indent}type: ${written}`;
      return text.slice(0, at) + added + text.slice(at);
    },
  };
}

function newItem(
  { name, type, nullable }: ContractColumn,
  { indent, isFlow }: Region,
  lineBreak: string,
): string {
  if (!isFlow) {
    const required = nullable === undefined ? "" : `${indent}  nullable: false${lineBreak}`;
    return `${indent}- name: ${name}${lineBreak}${indent}  type: ${type}${lineBreak}${required}`;
  }
  return `${indent}- ${flowColumn({ name, type, nullable })}${lineBreak}`;
}

/** A column's entry on one line. */
export function flowColumn({ name, type, nullable }: ContractColumn): string {
  const written = type.includes(",") ? `"${type}"` : type;
  const required = nullable === undefined ? "" : ", nullable: false";
  return `{ name: ${name}, type: ${written}${required} }`;
}

function isSameType(declared: string | undefined, wanted: string): boolean {
  const type = declared === undefined ? undefined : parseSourceType(declared);
  const other = parseSourceType(wanted);
  if (type === undefined || other === undefined) return declared === wanted;
  return printSourceType(type) === printSourceType(other);
}

function rangeOf(node: unknown): readonly [number, number, number] | undefined {
  return (node as Partial<Pick<Node, "range">> | null | undefined)?.range ?? undefined;
}

/** The offset behind the line break that ends a line. */
function endOfLine(text: string, offset: number): number {
  const end = text.indexOf("\n", offset);
  return end < 0 ? text.length : end + 1;
}

/** The last character before an offset that is no blank; a block's range may reach into the lines behind it. */
function lastCharacter(text: string, offset: number): number {
  return Math.max(0, text.slice(0, offset).trimEnd().length - 1);
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf("\n", offset - 1) + 1);
}
