import type { Readable } from "node:stream";

/** One call to what may fail, be slow or answer by halves. */
export interface IoCall {
  readonly part: "postgres" | "dynamodb" | "lake";
  /** What is asked for, in a word or two: `query`, `copy`, `scan`, `put manifest`. */
  readonly action: string;
}

/** Every call of extraction and of the lake passes here, so that a test can disturb any one of them. */
export interface Io {
  /** A call that answers whole or fails. */
  call<Result>(call: IoCall, perform: () => Promise<Result>): Promise<Result>;
  /** Bytes as they arrive; ones that end early reach the reader as a failure or as too few. */
  bytes(call: IoCall, source: Readable): Readable;
}

/** Calls as they are. */
export const directIo: Io = {
  call: (_call, perform) => perform(),
  bytes: (_call, source) => source,
};
