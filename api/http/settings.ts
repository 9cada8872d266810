import { isIP } from "node:net";
import { z } from "zod";
import { RATE_CLASSES, RATE_LIMITS, type RateLimits } from "../limits/rate-limits.ts";

function listed(text: string): string[] {
  return text.split(",").map((part) => part.trim());
}

function isOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

function isProxy(text: string): boolean {
  if (["loopback", "linklocal", "uniquelocal"].includes(text)) return true;
  const [address = "", bits, ...rest] = text.split("/");
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return (
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128))
  );
}

const rateLimits = z.string().transform((text, context): RateLimits | "off" => {
  if (text === "off") return "off";
  const limits = { ...RATE_LIMITS };
  const procedures: Record<string, number> = {};
  for (const part of listed(text)) {
    const [, name = "", count = ""] = /^([a-z-]+|[a-z]+\.[a-zA-Z]+)=(\d{1,7})$/.exec(part) ?? [];
    const rateClass = RATE_CLASSES.find((each) => each === name);
    if (Number(count) === 0 || (rateClass === undefined && !name.includes("."))) {
      context.addIssue(
        `must be "off", or name=calls a minute for ${RATE_CLASSES.join(", ")}, or a procedure such as inventory.search`,
      );
      return z.NEVER;
    }
    if (rateClass === undefined) procedures[name] = Number(count);
    else limits[rateClass] = Number(count);
  }
  return { ...limits, procedures };
});

/** A whole number of `unit` as a variable has it. */
export function whole(minimum: number, maximum: number, unit: string) {
  return z
    .string()
    .regex(/^\d{1,6}$/, { error: `must be a number of ${unit}` })
    .transform(Number)
    .pipe(z.int().min(minimum).max(maximum));
}

/** The variables about how the service meets its callers and for how long it waits. */
export const httpEnvironment = {
  MERCADO_API_CORS_ORIGINS: z
    .string()
    .transform(listed)
    .refine((origins) => origins.every(isOrigin), {
      error: "must be origins such as https://shop.example, separated by commas",
    })
    .default([]),
  MERCADO_API_TRUST_PROXY: z
    .string()
    .transform(listed)
    .refine((proxies) => proxies.every(isProxy), {
      error: "must be addresses or networks such as 10.0.0.0/8, separated by commas",
    })
    .default([]),
  MERCADO_API_RATE_LIMITS: rateLimits.optional(),
  MERCADO_API_UPLOAD_LINES: whole(1, 999_999, "lines").optional(),
  MERCADO_API_UPLOAD_MEBIBYTES: whole(1, 10_000, "mebibytes").optional(),
  MERCADO_API_CALL_SECONDS: whole(1, 600, "seconds").default(30),
  MERCADO_API_STOP_SECONDS: whole(0, 600, "seconds").default(20),
  MERCADO_API_DRAIN_SECONDS: whole(0, 600, "seconds").default(0),
  MERCADO_API_POSTGRES_CONNECTIONS: whole(1, 1_000, "connections").default(10),
  MERCADO_API_DYNAMODB_CONNECTIONS: whole(1, 1_000, "connections").default(50),
};

export interface HttpSettings {
  /** Of the pages that a browser lets call the shop. */
  corsOrigins: readonly string[];
  /** Whose `x-forwarded-for` is believed. */
  trustProxy: readonly string[];
  /** Absent: the usual ones with a key, none in development. */
  rateLimits: RateLimits | "off" | undefined;
  /** Of a bulk upload; absent: as HTTP_LIMITS has them. */
  uploadLines: number | undefined;
  uploadBytes: number | undefined;
  /** After so long every call is answered. */
  callMilliseconds: number;
}

export interface StopSettings {
  /** For how long requests under way may go on once the service is told to stop. */
  stopMilliseconds: number;
  /** For how long it says that it is not ready, and still takes requests, before that. */
  drainMilliseconds: number;
}

export interface ConnectionLimits {
  postgresConnections: number;
  dynamodbConnections: number;
}

export type ServingSettings = HttpSettings & StopSettings & ConnectionLimits;

const shape = z.object(httpEnvironment);

export function servingSettingsFrom(data: z.infer<typeof shape>): ServingSettings {
  return {
    corsOrigins: data.MERCADO_API_CORS_ORIGINS,
    trustProxy: data.MERCADO_API_TRUST_PROXY,
    rateLimits: data.MERCADO_API_RATE_LIMITS,
    uploadLines: data.MERCADO_API_UPLOAD_LINES,
    uploadBytes: data.MERCADO_API_UPLOAD_MEBIBYTES && data.MERCADO_API_UPLOAD_MEBIBYTES * 1_048_576,
    callMilliseconds: data.MERCADO_API_CALL_SECONDS * 1_000,
    stopMilliseconds: data.MERCADO_API_STOP_SECONDS * 1_000,
    drainMilliseconds: data.MERCADO_API_DRAIN_SECONDS * 1_000,
    postgresConnections: data.MERCADO_API_POSTGRES_CONNECTIONS,
    dynamodbConnections: data.MERCADO_API_DYNAMODB_CONNECTIONS,
  };
}

/** What holds where nothing is set. */
export const SERVING_DEFAULTS: ServingSettings = servingSettingsFrom(shape.parse({}));
