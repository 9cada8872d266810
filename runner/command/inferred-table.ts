import { fits } from "../core/fits.ts";
import type { ColumnType } from "../core/column-type.ts";
import type { LiveColumn, LiveTable, SampledAttribute } from "../core/ports.ts";
import { identifierPattern } from "../core/relation.ts";
import { printSourceType } from "../core/source-type.ts";
import { flowColumn } from "../parse/contract-text.ts";
import type { ContractColumn } from "../parse/contract-text.ts";

/** A live column as a source's YAML declares it; a number of any precision is exact as its text alone. */
export function declaredColumn({ name, type, precision, nullable }: LiveColumn): ContractColumn {
  const declared = type === undefined ? "text" : printSourceType({ type, precision });
  return {
    name,
    type: declared === "varchar" ? "text" : declared.replace("decimal", "numeric"),
    ...(nullable ? {} : { nullable: false as const }),
  };
}

/** Whether a relation can have a column of this name. */
export function isNameable({ name }: Pick<LiveColumn, "name">): boolean {
  return identifierPattern.test(name);
}

/** The YAML of a table, from the margin on. Comments say what was guessed, and why. */
export function inferredTable(table: LiveTable): string {
  const { name, description, key } = table;
  const columns = table.columns.filter(isNameable);
  const left = table.columns.filter((column) => !isNameable(column));
  const [first] = columns;
  const keyLine =
    key.length > 0
      ? `key: [${key.join(", ")}]`
      : `key: [${first?.name ?? ""}] # a guess, for there is no primary key: name what tells one row from another`;
  return [
    `- name: ${name}`,
    ...(description === "" ? [] : [`  description: ${JSON.stringify(description)}`]),
    `  ${keyLine}`,
    ...extraction(table).map((line) => `  ${line}`),
    "  columns:",
    ...columns.map((column) => `    - ${flowColumn(declaredColumn(column))}`),
    ...left.map(
      (column) =>
        `    # ${column.name} (${column.nativeType}) is left out: its name is not lower snake case`,
    ),
    "",
  ].join("\n");
}

const cursorNames = ["updated_at", "modified_at", "last_modified", "last_updated", "changed_at"];

function extraction({ columns, indexed }: LiveTable): readonly string[] {
  const isTime = ({ type }: LiveColumn) =>
    type?.kind === "timestamp" || type?.kind === "timestamptz";
  const cursor = cursorNames
    .map((name) => columns.find((column) => column.name === name && isTime(column)))
    .find((column) => column !== undefined);
  if (cursor === undefined) {
    return ["extract: full # no column tells when a row last changed"];
  }
  const why = indexed.includes(cursor.name)
    ? "has an index: an increment reads the newest rows alone"
    : "has no index: each increment looks through the whole table";
  return [
    "extract: incremental",
    `cursor: ${cursor.name} # a guess by its name; it ${why}`,
    "lookback: 1 hour # as long as the longest transaction that writes to it",
  ];
}

const integers: readonly ColumnType[] = [{ kind: "integer" }, { kind: "bigint" }];
const times: ColumnType = { kind: "timestamptz" };
const uuidLength = 36;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The column of a sampled attribute: the narrowest usual type that takes all of its values. */
export function sampledColumn({ name, kinds, texts }: SampledAttribute): ContractColumn {
  return { name, type: sampledType(kinds, texts) };
}

function sampledType(kinds: readonly string[], texts: readonly string[]): string {
  const kind = kinds.filter((each) => each !== "NULL").join();
  const allFit = (type: ColumnType) => texts.length > 0 && texts.every((text) => fits(type, text));
  switch (kind) {
    case "N": {
      const whole = integers.find(allFit);
      if (whole !== undefined) return whole.kind;
      const scale = Math.max(2, ...texts.map((text) => text.split(".")[1]?.length ?? 0));
      const digits = Math.max(16, ...texts.map((text) => text.split(".")[0]?.length ?? 0));
      return digits + scale <= 38 ? `numeric(${digits + scale},${scale})` : "text";
    }
    case "S":
      if (allFit(times)) return "timestamptz";
      return texts.length > 0 && texts.every((text) => uuid.test(text))
        ? `varchar(${uuidLength})`
        : "text";
    case "BOOL":
      return "boolean";
    case "M":
    case "L":
    case "NS":
    case "SS":
    case "BS":
      return "json";
    default:
      return "text";
  }
}
