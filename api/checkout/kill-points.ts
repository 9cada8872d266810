/** Moments of a checkout, of a refund, or of a bulk upload, at which a test may kill the process. */
export type KillPoint =
  | "after-reserve"
  | "after-transact"
  | "before-confirm"
  | "after-confirm"
  | "after-refund-record"
  | "after-refund-put"
  | "after-refund-complete"
  | "before-upload-commit"
  | "after-upload-commit";

/** Called at each of these moments with its name. */
export type ReachKillPoint = (point: KillPoint) => void;

/**
 * Kills this process (SIGKILL) when the point that `setting` names is reached: `after-reserve`, or
 * `after-reserve:3` for the third time. Without a setting nothing ever happens.
 */
export function killPointsFrom(setting: string | undefined): ReachKillPoint {
  if (setting === undefined || setting === "") return () => undefined;
  const [name, count = "1"] = setting.split(":");
  let remaining = Number(count);
  return (point) => {
    if (point !== name) return;
    remaining -= 1;
    if (remaining === 0) process.kill(process.pid, "SIGKILL");
  };
}
