import { RedshiftError, syntaxError } from "./redshift-error.ts";
import { refuseReservedName } from "./refusals/reserved-words.ts";
import { closingBracket, commaSeparated, readsAs, type Token } from "./tokens.ts";

/** What a CREATE TABLE says behind its columns. */
export interface TableAttributes {
  readonly style?: "auto" | "even" | "all" | "key";
  readonly distKey: readonly string[];
  readonly sortKey: readonly string[];
}

const styles = ["auto", "even", "all", "key"] as const;
const longestCompoundSortKey = 400;
const longestInterleavedSortKey = 8;

/** Reads a table's attributes from `start` on; `end` is the index of the first token behind them. */
export function readAttributes(
  tokens: readonly Token[],
  start: number,
): { readonly attributes: TableAttributes; readonly end: number } {
  let index = start;
  let attributes: TableAttributes = { distKey: [], sortKey: [] };
  const seen = new Set<string>();
  const once = (clause: string) => {
    if (seen.has(clause))
      throw new RedshiftError(`multiple ${clause} clauses are not allowed`, "42601");
    seen.add(clause);
  };
  const columnList = (): readonly string[] => {
    if (!readsAs(tokens, index, "(")) throw syntaxError(tokens[index]);
    const close = closingBracket(tokens, index);
    const names = commaSeparated(tokens, index + 1, close).map(({ from, to }) => {
      const token = tokens[from];
      refuseReservedName(token);
      if (token === undefined || to !== from + 1) throw syntaxError(tokens[from + 1], ")");
      return token.value;
    });
    index = close + 1;
    return names;
  };
  for (;;) {
    if (readsAs(tokens, index, "backup")) {
      once("BACKUP");
      if (!readsAs(tokens, index + 1, "yes") && !readsAs(tokens, index + 1, "no"))
        throw syntaxError(tokens[index + 1], "backup");
      index += 2;
    } else if (readsAs(tokens, index, "diststyle")) {
      once("DISTSTYLE");
      const style = styles.find((each) => readsAs(tokens, index + 1, each));
      if (style === undefined) throw syntaxError(tokens[index + 1], "diststyle");
      attributes = { ...attributes, style };
      index += 2;
    } else if (readsAs(tokens, index, "distkey")) {
      once("DISTKEY");
      index += 1;
      const distKey = columnList();
      if (distKey.length !== 1)
        throw new RedshiftError("cannot specify more than one column as distkey", "42601");
      attributes = { ...attributes, distKey };
    } else if (readsAs(tokens, index, "encode", "auto")) {
      once("ENCODE");
      index += 2;
    } else {
      const isInterleaved = readsAs(tokens, index, "interleaved");
      if (isInterleaved || readsAs(tokens, index, "compound")) {
        if (!readsAs(tokens, index + 1, "sortkey")) throw syntaxError(tokens[index]);
        index += 1;
      }
      if (!readsAs(tokens, index, "sortkey")) return { attributes, end: index };
      once("SORTKEY");
      index += 1;
      if (readsAs(tokens, index, "auto")) {
        index += 1;
        continue;
      }
      const sortKey = columnList();
      const most = isInterleaved ? longestInterleavedSortKey : longestCompoundSortKey;
      if (sortKey.length > most)
        throw new RedshiftError(`a sort key can have at most ${most} columns`, "54011");
      attributes = { ...attributes, sortKey };
    }
  }
}
