import { RedshiftError, syntaxError, unsupported } from "../redshift-error.ts";
import type { NamedRelation } from "../named-relations.ts";
import { refuseReservedName } from "../refusals/reserved-words.ts";
import { missingRole, readIamRole } from "../storage/authorization.ts";
import { closingBracket, commaSeparated, readsAs, type Token } from "../tokens.ts";

export interface CopyCommand {
  readonly table: NamedRelation;
  /** Undefined: all columns of the table. */
  readonly columns: readonly string[] | undefined;
  readonly source: string;
  readonly isManifest: boolean;
  readonly serializesToJson: boolean;
  readonly fillsRecords: boolean;
}

/** Options that Redshift knows, and takes for other formats only. */
const otherOptions = new Set([
  ...["region", "delimiter", "escape", "removequotes", "null", "ignoreheader", "dateformat"],
  ...["timeformat", "maxerror", "acceptanydate", "blanksasnull", "emptyasnull", "truncatecolumns"],
  ...["trimblanks", "compupdate", "comprows", "noload", "gzip", "bzip2", "lzop", "zstd", "quote"],
  ...["encoding", "roundec", "ignoreblanklines", "ignoreallerrors", "fixedwidth", "encrypted"],
]);

/** A COPY … FORMAT AS PARQUET, or undefined for any other command. Throws RedshiftError. */
export function readCopy(tokens: readonly Token[]): CopyCommand | undefined {
  if (!readsAs(tokens, 0, "copy")) return undefined;
  const isQualified = readsAs(tokens, 2, ".");
  const schema = isQualified ? nameOf(tokens[1]) : undefined;
  const name = isQualified ? (tokens[3]?.value ?? "") : nameOf(tokens[1]);
  let index = isQualified ? 4 : 2;
  let columns: readonly string[] | undefined;
  if (readsAs(tokens, index, "(")) {
    const close = closingBracket(tokens, index);
    columns = commaSeparated(tokens, index + 1, close).map(({ from }) => nameOf(tokens[from]));
    index = close + 1;
  }
  const source = tokens[index + 1];
  if (!readsAs(tokens, index, "from") || source?.kind !== "text")
    throw syntaxError(tokens[index], "copy");
  index += 2;

  let hasRole = false;
  let isParquet = false;
  const flags = new Set<string>();
  while (index < tokens.length) {
    const word = tokens[index]?.value ?? "";
    const behindRole = readIamRole(tokens, index);
    if (behindRole !== undefined) {
      hasRole = true;
      index = behindRole;
    } else if (readsAs(tokens, index, "format")) {
      index += readsAs(tokens, index + 1, "as") ? 2 : 1;
      if (tokens[index]?.kind === "text") throw syntaxError(tokens[index], "format");
    } else if (word === "parquet") {
      isParquet = true;
      index += 1;
    } else if (["manifest", "serializetojson", "fillrecord", "explicit_ids"].includes(word)) {
      flags.add(word);
      index += 1;
    } else if (word === "acceptinvchars") {
      index += readsAs(tokens, index + 1, "as") ? 3 : tokens[index + 1]?.kind === "text" ? 2 : 1;
    } else if (word === "statupdate") {
      index += ["on", "off", "true", "false"].includes(tokens[index + 1]?.value ?? "") ? 2 : 1;
    } else if (["csv", "json", "avro", "orc", "shapefile"].includes(word)) {
      throw unsupported(`the stand-in copies PARQUET only, not ${word.toUpperCase()}`);
    } else if (["credentials", "access_key_id", "secret_access_key"].includes(word)) {
      throw missingRole("COPY");
    } else if (otherOptions.has(word)) {
      throw unsupported(`${word.toUpperCase()} argument is not supported for PARQUET based COPY`);
    } else throw syntaxError(tokens[index]);
  }
  if (!hasRole) throw missingRole("COPY");
  if (!isParquet) throw unsupported("the stand-in copies PARQUET only: write FORMAT AS PARQUET");
  if (flags.has("explicit_ids")) throw unsupported("the stand-in does not copy with EXPLICIT_IDS");
  if (source.value === "") throw new RedshiftError("COPY from an empty path", "22023");
  return {
    table: schema === undefined ? { name } : { schema, name },
    columns,
    source: source.value,
    isManifest: flags.has("manifest"),
    serializesToJson: flags.has("serializetojson"),
    fillsRecords: flags.has("fillrecord"),
  };
}

function nameOf(token: Token | undefined): string {
  refuseReservedName(token);
  return token?.value ?? "";
}
