import type { KillPoint } from "../core/ports.ts";

/** The variable that names where tests end the process: `before-publish`, or `after-part-put:3` for the third time. */
const variable = "MERCADO_KILL_POINT";

/** Ends the process with SIGKILL at the place that the environment names; does nothing otherwise. */
export function killPointFromEnvironment(): KillPoint {
  const [wanted, occurrence = "1"] = (process.env[variable] ?? "").split(":");
  if (wanted === undefined || wanted === "") return () => undefined;
  let left = Number(occurrence);
  return (name) => {
    if (name !== wanted) return;
    left -= 1;
    if (left === 0) process.kill(process.pid, "SIGKILL");
  };
}
