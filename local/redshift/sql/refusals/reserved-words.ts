import { syntaxError } from "../redshift-error.ts";
import { readsAs, type Token } from "../tokens.ts";

/**
 * Of the Redshift Developer Guide's page "Reserved words" those that Postgres does not know: they stand in no statement
 * but in Redshift's own clauses, and as a name in double quotes.
 */
const words = `
aes128 aes256 allowoverwrite az64 backup blanksasnull bytedict bzip2 credentials current_user_id deflate defrag delta
delta32k disable emptyasnull enable encode encrypt encryption explicit globaldict256 globaldict64k gzip identity lun
luns lzo lzop minus mostly16 mostly32 mostly8 new off offline oid old open parallel percent permissions raw readratio
recover rejectlog resort restore snapshot system tag tdes text255 text32k top truncatecolumns wallet`;

export const reservedNames: ReadonlySet<string> = new Set(words.trim().split(/\s+/));

/** Throws RedshiftError for a reserved word without quotes where a name is expected. */
export function refuseReservedName(token: Token | undefined): void {
  if (token?.kind === "word" && reservedNames.has(token.value)) throw syntaxError(token);
}

/** The same for all words of a statement from which Redshift's own clauses are gone. */
export function refuseReservedNames(tokens: readonly Token[]): void {
  if (readsAs(tokens, 0, "set")) return;
  tokens.forEach((token, index) => {
    const isQualified = readsAs(tokens, index - 1, ".");
    // So the stand-in itself writes a column's IDENTITY for Postgres.
    const isClause = readsAs(tokens, index - 1, "as", "identity", "(");
    if (!isQualified && !isClause) refuseReservedName(token);
  });
}
