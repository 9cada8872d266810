import { RedshiftError, syntaxError, unsupported } from "../redshift-error.ts";
import { missingRole, readIamRole } from "../storage/authorization.ts";
import { closingBracket, commaSeparated, readsAs, type Token } from "../tokens.ts";

export interface UnloadCommand {
  readonly query: string;
  /** `s3://bucket/…`, as it was written. */
  readonly prefix: string;
  readonly partitionBy: readonly string[];
  readonly includesPartitions: boolean;
  readonly manifest: "none" | "plain" | "verbose";
  readonly existing: "refuse" | "overwrite" | "clean";
  readonly isParallel: boolean;
  readonly maxFileBytes: number;
  readonly extension: string;
}

const megabyte = 1024 * 1024;
const leastFileBytes = 5 * megabyte;
const mostFileBytes = 6.2 * 1024 * megabyte;
const textOptions = new Set([
  ...["header", "delimiter", "fixedwidth", "addquotes", "null", "escape", "gzip", "bzip2", "zstd"],
]);

/** An UNLOAD … FORMAT AS PARQUET, or undefined for any other command. Throws RedshiftError. */
export function readUnload(tokens: readonly Token[]): UnloadCommand | undefined {
  if (!readsAs(tokens, 0, "unload")) return undefined;
  const [, open, query, close, to, prefix] = tokens;
  if (open?.value !== "(" || query?.kind !== "text") throw syntaxError(query, "unload");
  if (close?.kind !== "symbol" || to?.value !== "to" || prefix?.kind !== "text")
    throw syntaxError(close, "unload");

  let hasRole = false;
  let isParquet = false;
  let command: UnloadCommand = {
    query: query.value,
    prefix: prefix.value,
    partitionBy: [],
    includesPartitions: false,
    manifest: "none",
    existing: "refuse",
    isParallel: true,
    maxFileBytes: mostFileBytes,
    extension: "parquet",
  };
  let index = 6;
  const take = (): Token | undefined => tokens[index++];
  const skip = (word: string): boolean => {
    const isThere = readsAs(tokens, index, word);
    if (isThere) index += 1;
    return isThere;
  };
  while (index < tokens.length) {
    const behindRole = readIamRole(tokens, index);
    if (behindRole !== undefined) {
      hasRole = true;
      index = behindRole;
      continue;
    }
    const token = take();
    const word = token?.value ?? "";
    switch (word) {
      case "format":
        skip("as");
        break;
      case "parquet":
        isParquet = true;
        break;
      case "partition": {
        if (!skip("by") || !readsAs(tokens, index, "("))
          throw syntaxError(tokens[index], "partition");
        const end = closingBracket(tokens, index);
        const partitionBy = commaSeparated(tokens, index + 1, end).map(({ from }) => {
          const column = tokens[from];
          if (column === undefined || column.kind === "text")
            throw syntaxError(column, "partition");
          return column.value;
        });
        index = end + 1;
        command = { ...command, partitionBy, includesPartitions: skip("include") };
        break;
      }
      case "manifest":
        command = { ...command, manifest: skip("verbose") ? "verbose" : "plain" };
        break;
      case "allowoverwrite":
      case "cleanpath": {
        if (command.existing !== "refuse")
          throw new RedshiftError("ALLOWOVERWRITE and CLEANPATH cannot be used together", "42601");
        command = { ...command, existing: word === "cleanpath" ? "clean" : "overwrite" };
        break;
      }
      case "parallel": {
        const isOff = skip("off") || skip("false");
        if (!isOff && !skip("on")) skip("true");
        command = { ...command, isParallel: !isOff };
        break;
      }
      case "maxfilesize": {
        skip("as");
        const bytes = readSize(take(), skip("gb") ? "gb" : (skip("mb"), "mb"));
        if (!(bytes >= leastFileBytes && bytes <= mostFileBytes))
          throw new RedshiftError("MAXFILESIZE must be between 5 MB and 6.2 GB", "22023");
        command = { ...command, maxFileBytes: bytes };
        break;
      }
      case "rowgroupsize":
        skip("as");
        readSize(take(), skip("gb") ? "gb" : (skip("mb"), "mb"));
        break;
      case "extension": {
        const value = take();
        if (value?.kind !== "text") throw syntaxError(value, "extension");
        command = { ...command, extension: value.value };
        break;
      }
      case "region":
        skip("as");
        index += 1;
        break;
      case "kms_key_id":
        index += 1;
        break;
      case "encrypted":
        skip("auto");
        break;
      case "credentials":
      case "access_key_id":
        throw missingRole("UNLOAD");
      case "csv":
      case "json":
        throw unsupported(`the stand-in unloads PARQUET only, not ${word.toUpperCase()}`);
      default:
        if (textOptions.has(word))
          throw unsupported(`${word.toUpperCase()} is not supported for UNLOAD to PARQUET`);
        throw syntaxError(token);
    }
  }
  if (!hasRole) throw missingRole("UNLOAD");
  if (!isParquet) throw unsupported("the stand-in unloads PARQUET only: write FORMAT AS PARQUET");
  return command;
}

function readSize(token: Token | undefined, unit: "mb" | "gb"): number {
  if (token?.kind !== "number") throw syntaxError(token, "size");
  return Number(token.value) * (unit === "gb" ? 1024 : 1) * megabyte;
}
