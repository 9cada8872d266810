import type { RunIdentity } from "../plan/step.ts";

/** Now, ISO 8601 in UTC. No later run may find a time before that of its predecessor, whatever the clock did. */
export function publicationTime(run: RunIdentity): string {
  const now = new Date().toISOString();
  return now > run.startedAt ? now : run.startedAt;
}
