/** A word of a query, as Postgres's scanner finds it; places are bytes. */
interface Token {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * A query without IGNORE NULLS and RESPECT NULLS, of the same length: Postgres 18 does not know them, which Redshift and
 * DuckDB have. What stands in a quoted name, a text or a comment is left, for two names must not become one.
 */
export function withoutNullTreatment(
  sql: string,
  scan: (sql: string) => { readonly tokens: readonly Token[] },
): string {
  if (!/(?:ignore|respect)\s+nulls/i.test(sql)) return sql;
  const bytes = Buffer.from(sql);
  tokensOf(sql, scan).forEach(({ start, text }, index, tokens) => {
    const next = tokens[index + 1];
    if (!/^(?:ignore|respect)$/i.test(text) || next?.text.toLowerCase() !== "nulls") return;
    bytes.fill(" ", start, next.end);
  });
  return bytes.toString();
}

/** None where the text cannot be read: its parser says why. */
function tokensOf(
  sql: string,
  scan: (sql: string) => { readonly tokens: readonly Token[] },
): readonly Token[] {
  try {
    return scan(sql).tokens;
  } catch {
    return [];
  }
}
