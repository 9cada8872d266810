import { randomBytes } from "node:crypto";

/**
 * A run's name and time. The time never goes back, whatever the clock does, because rows are told new from old by
 * the time of the run that extracted them.
 */
export function nextRunIdentity(
  now: Date,
  latest: Date | undefined,
): { readonly id: string; readonly startedAt: string } {
  const time = latest === undefined ? now.getTime() : Math.max(now.getTime(), latest.getTime() + 1);
  const startedAt = new Date(time).toISOString();
  const stamp = startedAt
    .replace(/[-:]/g, "")
    .replace("T", "_")
    .replace(/\.(\d+)Z$/, "_$1");
  return { id: `${stamp}_${randomBytes(2).toString("hex")}`, startedAt };
}
