import { destination, pino, type DestinationStream, type Logger } from "pino";
import { describeError } from "./describe-error.ts";

/** Fields that would name a person or open a door; nothing logs them, and if something did, it would not show. */
const PRIVATE = ["email", "firstName", "lastName", "authorization", "token", "password"];

/** JSON lines on stderr, or on `stream`. An error, logged as `err`, is described without personal data. */
export function openLogger(level: string, stream?: DestinationStream): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: (error: unknown) => describeError(error) },
      redact: { paths: PRIVATE.flatMap((name) => [name, `*.${name}`]), censor: "[private]" },
    },
    stream ?? destination({ dest: 2, sync: true }),
  );
}
