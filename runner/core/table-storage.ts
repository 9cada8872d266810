/** How Redshift compresses a column. */
export const encodings = [
  ...(["raw", "az64", "bytedict", "delta", "delta32k", "lzo", "mostly8", "mostly16"] as const),
  ...(["mostly32", "runlength", "text255", "text32k", "zstd"] as const),
] as const;
export type Encoding = (typeof encodings)[number];

/** Where rows lie: as Redshift thinks best, in turn, all of them on every node, or with the others of the same value. */
export type Distribution =
  { readonly style: "auto" | "even" | "all" } | { readonly style: "key"; readonly column: string };

/** How Redshift keeps a table, where its model says so. No row depends on it, and other engines have nothing of the kind. */
export interface TableStorage {
  readonly distribution?: Distribution;
  /** The columns that rows are kept in order of; empty where Redshift is to decide. */
  readonly sort: readonly string[];
  /** By column; those without one take Redshift's default. */
  readonly encode: Readonly<Record<string, Encoding>>;
}
