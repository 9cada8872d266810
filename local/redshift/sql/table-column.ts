import { RedshiftError, syntaxError, unsupported } from "./redshift-error.ts";
import { refuseReservedName } from "./refusals/reserved-words.ts";
import { closingBracket, quotedName, readsAs, type Token } from "./tokens.ts";

export interface ColumnDefinition {
  readonly name: string;
  /** In quotes where it stands so in the statement: Postgres refuses its own reserved words without. */
  readonly writtenName: string;
  /** Its type, default and constraint in Postgres's dialect. */
  readonly definition: string;
  /** The first word of its type. */
  readonly type: string;
  readonly isNotNull: boolean;
  readonly isDistKey: boolean;
  readonly isSortKey: boolean;
}

const encodings = new Set([
  ...["raw", "az64", "bytedict", "delta", "delta32k", "lzo", "mostly8", "mostly16", "mostly32"],
  ...["runlength", "text255", "text32k", "zstd", "auto"],
]);
const textEncodings = new Set(["text255", "text32k"]);
const numberEncodings = new Set(["az64", "delta", "delta32k", "mostly8", "mostly16", "mostly32"]);
const textTypes = new Set(["char", "character", "varchar", "nvarchar", "nchar", "text", "bpchar"]);

/** Reads one column of a CREATE TABLE or ALTER TABLE ADD COLUMN. Throws RedshiftError. */
export function readColumn(
  sql: string,
  tokens: readonly Token[],
  { from, to }: { readonly from: number; readonly to: number },
): ColumnDefinition {
  const name = tokens[from]?.value ?? "";
  const writtenName = tokens[from]?.kind === "word" ? name : quotedName(name);
  const type = tokens[from + 1]?.value ?? "";
  refuseReservedName(tokens[from]);
  if (to < from + 2) throw syntaxError(tokens[to], name);
  const dropped: { from: number; to: number; replacement: string }[] = [];
  let isDistKey = false;
  let isSortKey = false;
  let isNotNull = false;
  for (let index = from + 1; index < to; index += 1) {
    const drop = (count: number, replacement = "") => {
      dropped.push({ from: index, to: index + count, replacement });
      index += count - 1;
    };
    if (readsAs(tokens, index, "(")) index = closingBracket(tokens, index);
    else if (readsAs(tokens, index, "encode")) {
      checkEncoding(name, type, tokens[index + 1]?.value ?? "");
      drop(2);
    } else if (readsAs(tokens, index, "distkey")) {
      isDistKey = true;
      drop(1);
    } else if (readsAs(tokens, index, "sortkey")) {
      isSortKey = true;
      drop(1);
    } else if (readsAs(tokens, index, "not", "null")) isNotNull = true;
    else if (readsAs(tokens, index, "primary", "key")) drop(2, isNotNull ? "" : " not null");
    else if (readsAs(tokens, index, "unique")) drop(1);
    else if (readsAs(tokens, index, "check", "("))
      throw unsupported("CHECK constraints are not supported");
    else if (readsAs(tokens, index, "references")) drop(referenceLength(tokens, index));
    else if (readsAs(tokens, index, "identity", "("))
      drop(closingBracket(tokens, index + 1) - index + 1, identity("always", tokens, index + 2));
    else if (readsAs(tokens, index, "generated", "by", "default", "as", "identity", "("))
      drop(
        closingBracket(tokens, index + 5) - index + 1,
        identity("by default", tokens, index + 6),
      );
    else if (readsAs(tokens, index, "generated"))
      throw unsupported("generated columns are not supported");
  }
  let definition = "";
  let at = tokens[from + 1]?.start ?? 0;
  for (const { from: first, to: last, replacement } of dropped) {
    definition += sql.slice(at, tokens[first]?.start) + replacement;
    at = tokens[last - 1]?.end ?? at;
  }
  definition += sql.slice(at, tokens[to - 1]?.end);
  isNotNull ||= definition.includes(" not null");
  definition = definition.trim();
  return { name, writtenName, definition, type, isNotNull, isDistKey, isSortKey };
}

function checkEncoding(column: string, type: string, encoding: string): void {
  if (!encodings.has(encoding))
    throw new RedshiftError(`invalid encoding type specified for column "${column}"`, "42601");
  const isText = textTypes.has(type);
  const misfits =
    (textEncodings.has(encoding) && !isText) ||
    (numberEncodings.has(encoding) && isText) ||
    (type === "super" && !["raw", "zstd", "lzo", "auto"].includes(encoding));
  if (misfits)
    throw new RedshiftError(
      `invalid encoding type specified for column "${column}": ${encoding} does not fit ${type}`,
      "42601",
    );
}

function referenceLength(tokens: readonly Token[], index: number): number {
  let end = index + 2;
  if (readsAs(tokens, end, ".")) end += 2;
  if (readsAs(tokens, end, "(")) end = closingBracket(tokens, end) + 1;
  return end - index;
}

function identity(kind: "always" | "by default", tokens: readonly Token[], index: number): string {
  const seed = tokens[index]?.value ?? "1";
  const step = tokens[index + 2]?.value ?? "1";
  const minimum = Math.min(Number(seed), 1);
  return ` generated ${kind} as identity (start with ${seed} increment by ${step} minvalue ${minimum})`;
}
