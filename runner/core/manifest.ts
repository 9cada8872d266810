import type { Interval } from "./interval.ts";
import type { RelationName } from "./relation.ts";

/** One immutable Parquet file of a relation. `key` is relative to the lake's root, with forward slashes. */
export interface LakeFile {
  readonly key: string;
  readonly bytes: number;
  readonly rows: number;
  /** In hexadecimal. */
  readonly sha256: string;
  readonly runId: string;
  /** Control totals of extracted rows, as the source itself added them up in the rows' snapshot: exact decimals by column. */
  readonly sums?: Readonly<Record<string, string>>;
  /** The lowest and highest cursor value, ISO 8601 UTC with microseconds; absent where there is no cursor or no value. */
  readonly minimum?: string;
  readonly maximum?: string;
  /** The file's columns where they are not the manifest's. */
  readonly columns?: readonly LakeColumn[];
}

/** A column of the files, in file order; `type` as `printColumnType` writes it. */
export interface LakeColumn {
  readonly name: string;
  readonly type: string;
  /** The classes of personal or secret data that its values have; absent where they have none, and of a file's own columns. */
  readonly classes?: readonly string[];
}

/** Whether tables of these columns are made alike, whatever is said of their values. */
export function isSameShape(one: readonly LakeColumn[], other: readonly LakeColumn[]): boolean {
  const plain = (columns: readonly LakeColumn[]) => JSON.stringify(columns.map(withoutClasses));
  return plain(one) === plain(other);
}

export function withoutClasses({ name, type }: LakeColumn): LakeColumn {
  return { name, type };
}

/** Totals taken in the same snapshot as the rows; sums are exact decimals as text. */
export interface ControlTotals {
  readonly rows: number;
  readonly sums: Readonly<Record<string, string>>;
}

/** What a relation holds at one moment: the only thing that readers follow. */
export interface LakeManifest {
  readonly relation: RelationName;
  /** The run that published it. */
  readonly runId: string;
  /** ISO 8601, UTC. */
  readonly publishedAt: string;
  readonly columns: readonly LakeColumn[];
  readonly files: readonly LakeFile[];
  /** Of the whole table in the source, in the snapshot of the latest rows; absent where they were not asked for. */
  readonly totals?: ControlTotals;
  /** The highest cursor value, in the text of a timestamp literal: where the next increment goes on. */
  readonly watermark?: string;
  /** What of time is covered; only of models that are built by interval. */
  readonly intervals?: readonly Interval[];
  /** Who wrote it by a statement; absent of what a run has built, which no statement may change. */
  readonly writtenBy?: { readonly role: string; readonly user: string };
  /** Of the database that a table was extracted from. */
  readonly identity?: string;
}
