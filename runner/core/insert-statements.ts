/** Redshift takes statements of 100 KB; so much of them may be rows. */
const mostBytes = 80_000;

/** Rows of SQL values as statements that each stay below the length that every engine takes; `table` may list columns. */
export function insertStatements(
  table: string,
  rows: readonly (readonly string[])[],
): readonly string[] {
  const statements: string[][] = [];
  let bytes = Infinity;
  for (const row of rows) {
    const text = `    (${row.join(", ")})`;
    const length = Buffer.byteLength(text) + 2;
    if (bytes + length > mostBytes) {
      statements.push([]);
      bytes = 0;
    }
    bytes += length;
    statements.at(-1)?.push(text);
  }
  return statements.map((texts) => `insert into ${table} values\n${texts.join(",\n")}`);
}
