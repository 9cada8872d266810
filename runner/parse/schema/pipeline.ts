import { z } from "zod";
import { durationSeconds, identifier } from "./common.ts";

const scalar = z.union([z.string(), z.number(), z.boolean()]);
export const variable = z.union([scalar, z.array(scalar)]);

const text = z.string().trim().min(1);
const texts = z
  .union([text, z.array(text).min(1)])
  .transform((given) => (typeof given === "string" ? [given] : given))
  .optional();

/** When a pipeline is due, and what becomes of times that passed while nobody could run it. */
const schedule = z.strictObject({
  /** Five fields, or six with seconds before them. */
  cron: text,
  timezone: z.string().min(1).default("UTC"),
  /** `latest` runs the last of the times that were missed, `all` each of them in order, `none` none of them. */
  catch_up: z.enum(["latest", "all", "none"]).default("latest"),
  /** Times that are longer ago than this are never caught up. */
  max_age: durationSeconds.optional(),
});

const retries = z.strictObject({
  /** Tries after the first. */
  limit: z.int().min(0).max(100),
  backoff: durationSeconds.default(30),
  /** Each pause is this many times the one before. */
  factor: z.number().min(1).max(10).default(2),
  maximum: durationSeconds.default(3600),
});

export const pipeline = z.strictObject({
  description: z.string().trim().default(""),
  command: z.enum(["build", "run", "test", "extract"]).default("build"),
  select: texts,
  exclude: texts,
  selector: texts,
  full_refresh: z.boolean().default(false),
  vars: z.record(z.string(), variable).default({}),
  target: identifier.optional(),
  environment: identifier.optional(),
  threads: z.int().min(1).max(64).optional(),
  /** How long to wait for a run that has the warehouse. */
  wait: durationSeconds.default(600),
  schedule: schedule.optional(),
  retries: retries.optional(),
  /** Of each try; what is not ended then is stopped. */
  timeout: durationSeconds.optional(),
  /** A program with its arguments, run without a shell when the last try has failed. */
  on_failure: z.strictObject({ command: z.array(z.string().min(1)).min(1) }).optional(),
});
export type Pipeline = z.output<typeof pipeline>;
export type Schedule = z.output<typeof schedule>;
