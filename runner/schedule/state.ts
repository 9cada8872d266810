import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, rename } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { codeOf, messageOf } from "../core/caught.ts";
import { Failure } from "../core/diagnostic.ts";

const time = z.iso.datetime();

const pipelineState = z.strictObject({
  /** What the times were computed from; when it changes, they are counted anew from then on. */
  cron: z.string(),
  timezone: z.string(),
  /** Every due time up to here was run, begun or dropped. */
  handled_until: time,
  /** A run that has begun. It is written before the run is, so that a killed one is known. */
  running: z.strictObject({ due: time, started_at: time, trigger: z.string() }).optional(),
  last: z
    .strictObject({
      due: time,
      started_at: time,
      finished_at: time,
      outcome: z.enum(["succeeded", "failed", "interrupted"]),
    })
    .optional(),
});
export type PipelineState = z.output<typeof pipelineState>;

const scheduleState = z.strictObject({
  schema_version: z.literal(1),
  pipelines: z.record(z.string(), pipelineState),
});
export type ScheduleState = z.output<typeof scheduleState>;

/** Reads `<home>/schedule.json`; empty when there is none. */
export async function readScheduleState(file: string): Promise<ScheduleState> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return { schema_version: 1, pipelines: {} };
    throw unreadable(file, messageOf(error));
  }
  try {
    return scheduleState.parse(JSON.parse(text));
  } catch (error) {
    throw unreadable(file, messageOf(error));
  }
}

/** Replaces the file as a whole, durably: what it says was done is known after a power failure too. */
export async function writeScheduleState(file: string, state: ScheduleState): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const temporary = `${file}.${randomBytes(4).toString("hex")}.tmp`;
  const handle = await open(temporary, "w");
  try {
    await handle.writeFile(`${JSON.stringify(state, null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
  const folder = await open(path.dirname(file), "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function unreadable(file: string, cause: string): Failure {
  const message = `${file} cannot be read, so nobody knows which runs are still due.`;
  const hint = "Mend it, or remove it: every pipeline then counts its due times from now on.";
  return new Failure([{ code: "ARTIFACT_UNREADABLE", message, cause, hint }]);
}
