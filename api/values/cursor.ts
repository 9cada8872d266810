/** An opaque page token: callers hand it back as they got it. */
export function encodeCursor(position: string): string {
  return Buffer.from(`1:${position}`, "utf8").toString("base64url");
}

/** The position in a token of {@link encodeCursor}; undefined for anything else. */
export function decodeCursor(cursor: string): string | undefined {
  const text = Buffer.from(cursor, "base64url").toString("utf8");
  if (!text.startsWith("1:") || encodeCursor(text.slice(2)) !== cursor) return undefined;
  return text.slice(2);
}

export interface Page<Row> {
  items: Row[];
  /** Pass it as `cursor` to get the next page; null on the last one. */
  nextCursor: string | null;
}

/** Makes a page of `limit` rows from a query that asked for one row more. */
export function toPage<Row>(
  rows: readonly Row[],
  limit: number,
  positionOf: (row: Row) => string,
): Page<Row> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { items, nextCursor: more ? encodeCursor(positionOf(last)) : null };
}
