import type { AccessTable, ClassRow, ZoneRow } from "../../access/table.ts";
import type { AccessChanges, AccessFact } from "../../core/access-fact.ts";
import { counted } from "../../core/counted.ts";
import { alignTable } from "../../core/text-table.ts";

export type StatementsOf = (fact: AccessFact) => readonly string[];

interface ChangeTexts {
  readonly addition: StatementsOf;
  readonly removal: StatementsOf;
}

interface Change {
  readonly change: "add" | "remove";
  /** Absent of what concerns several. */
  readonly role?: string;
  readonly fact: AccessFact;
  readonly statements: readonly string[];
}

/** One JSON object a line: each change with its statements, in which the key of hashes does not stand. */
export function changesOf({ add, remove }: AccessChanges, texts: ChangeTexts): readonly Change[] {
  const change = (kind: Change["change"], fact: AccessFact, statements: readonly string[]) => ({
    ...{ change: kind, fact, statements },
    ...("role" in fact ? { role: fact.role } : {}),
  });
  return [
    ...remove.map(withoutMaskKey).map((fact) => change("remove", fact, texts.removal(fact))),
    ...add.map(withoutMaskKey).map((fact) => change("add", fact, texts.addition(fact))),
  ];
}

/** Whoever reads what is printed, in a log perhaps, could guess with the key what is behind a hash. */
function withoutMaskKey(fact: AccessFact): AccessFact {
  if (fact.kind !== "masking_policy" || fact.definition === undefined) return fact;
  return { ...fact, definition: { ...fact.definition, maskKey: "(mask_key)" } };
}

/** What would change, a role at a time: `+` for a statement that gives, `-` for one that takes away. */
export function printChanges(changes: readonly Change[]): string {
  const shared = "policies and relations";
  const groups = [...new Set(changes.map(({ role }) => role ?? shared))].sort((a, b) =>
    a === shared ? -1 : b === shared ? 1 : a < b ? -1 : 1,
  );
  const lines = groups.flatMap((group) => [
    group === shared ? group : `role ${group}`,
    ...changes
      .filter(({ role }) => (role ?? shared) === group)
      .flatMap(({ change, statements }) =>
        statements.map(
          (statement) => `  ${change === "add" ? "+" : "-"} ${statement.replace(/\s+/g, " ")}`,
        ),
      ),
  ]);
  return lines.map((line) => `${line}\n`).join("");
}

export function countChanges({ add, remove }: AccessChanges): string {
  if (add.length + remove.length === 0) return "The warehouse says what the project declares.";
  return `${counted(add.length, "change")} to make, ${remove.length} to take back.`;
}

/** The whole table for people, `text` below one another or `markdown`. */
export function printTable(table: AccessTable, form: "text" | "markdown"): string {
  const parts = [zoneCells(table.zones), classCells(table.classes), fileCells(table.zones)];
  const print = form === "text" ? printText : markdownTable;
  return parts
    .filter((rows) => rows.length > 1)
    .map((rows) => print(rows))
    .join("\n");
}

type Cells = readonly (readonly string[])[];

function printText(rows: Cells): string {
  const [head = [], ...body] = alignTable(rows);
  return [head, "-".repeat(head.length), ...body].map((line) => `${String(line)}\n`).join("");
}

/** Rows of cells, the first of which is the head, as a table of Markdown. */
export function markdownTable([head = [], ...rows]: Cells): string {
  const widths = head.map((_, index) =>
    Math.max(3, ...[head, ...rows].map((row) => row[index]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(" | ")} |\n`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("");
}

/** A row a role, a column a zone. */
function zoneCells(rows: readonly ZoneRow[]): Cells {
  const zones = [...new Set(rows.map(({ zone }) => zone))];
  const roles = [...new Set(rows.map(({ role }) => role))];
  const cell = (role: string, zone: string) => {
    const row = rows.find((each) => each.role === role && each.zone === zone);
    return row === undefined ? "" : zoneText(row);
  };
  return [
    ["role", ...zones],
    ...roles.map((role) => [role, ...zones.map((zone) => cell(role, zone))]),
  ];
}

function zoneText({ read, write, relations = [], filtered }: ZoneRow): string {
  if (read === "none") return "-";
  const what = read === "some" ? ` ${counted(relations.length, "relation")}` : "";
  const rows = filtered.length === 0 ? "" : `, own rows of ${filtered.length}`;
  return write ? `read, list, write, delete${what}${rows}` : `read, list${what}${rows}`;
}

function classCells(rows: readonly ClassRow[]): Cells {
  const roles = [...new Set(rows.map(({ role }) => role))];
  const classes = [...new Set(rows.map((row) => row.class))];
  const seen = (name: string, role: string) =>
    rows.find((row) => row.class === name && row.role === role)?.seen ?? "";
  return [
    ["class", ...roles],
    ...classes.map((name) => [name, ...roles.map((role) => seen(name, role))]),
  ];
}

function fileCells(rows: readonly ZoneRow[]): Cells {
  const told = rows.filter(({ queriedOnly }) => queriedOnly.length > 0);
  return [
    ["role", "seen by queries alone, not as files of the lake"],
    ...told.map(({ role, queriedOnly }) => [role, queriedOnly.join(", ")]),
  ];
}
