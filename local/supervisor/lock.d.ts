/** See lock.js; this is for the TypeScript that takes a lock. */
export interface Lock {
  home: string;
  /** Lowercase letters. */
  kind: string;
}
export function acquire(
  lock: Lock,
  isServed: () => boolean,
  patienceMs: number,
): Promise<"held" | "served" | "timeout">;
export function release(lock: Lock): void;
export function others(lock: Lock): number[];
