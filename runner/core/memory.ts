/**
 * Results of earlier runs by what they were made of. A key is a hash of everything that a result depends on, so that
 * what is recalled can never be stale; the whole memory may be lost at any time.
 */
export interface Memory {
  /** What was kept under the key, as JSON leaves it; undefined where nothing was. */
  recall(key: string): unknown;
  keep(key: string, value: unknown): void;
}
