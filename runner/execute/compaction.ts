/** When the small files of a raw table are merged. */
export interface Compaction {
  /** More small files than this, of one day where the table is parted by day, become one. */
  readonly files: number;
  /** A file below this size is small. */
  readonly bytes: number;
}

export const defaultCompaction: Compaction = { files: 16, bytes: 16 * 1024 * 1024 };
