import { setTimeout } from "node:timers/promises";
import { PassThrough, Transform } from "node:stream";
import type { Readable } from "node:stream";
import type { Io, IoCall } from "../../../runner/core/io.ts";

/** What can go wrong with one call to the outside. */
export const disturbances = ["fails", "loses its answer", "is cut short", "is late"] as const;
export type Disturbance = (typeof disturbances)[number];

const lateMilliseconds = 30;

/** Calls may be late together, so that a few builds are enough to have every one late once. */
export const lateEvery = 7;

/** Makes calls as they are but for one, counted from 1, and the seventh behind each that is late. */
export class DisturbedIo implements Io {
  readonly #at: number;
  readonly disturbance: Disturbance;
  #count = 0;
  /** The call that was disturbed; undefined when there were too few. */
  disturbed: IoCall | undefined;

  constructor(at: number, disturbance: Disturbance) {
    this.#at = at;
    this.disturbance = disturbance;
  }

  async call<Result>(call: IoCall, perform: () => Promise<Result>): Promise<Result> {
    // An answer that is cut is no answer: only streams can be read by halves.
    if (this.disturbance === "is cut short" || !this.#isNext(call)) return perform();
    switch (this.disturbance) {
      case "fails":
        throw broken(call);
      case "is late":
        await setTimeout(lateMilliseconds);
        return perform();
      case "loses its answer":
        await perform();
        throw broken(call);
    }
  }

  bytes(call: IoCall, source: Readable): Readable {
    if (!this.#isNext(call)) return source;
    switch (this.disturbance) {
      case "fails":
        return source.pipe(failing(call, 0));
      case "loses its answer":
        return source.pipe(failing(call, Infinity));
      case "is cut short":
        return cut(source);
      case "is late":
        return source.pipe(late());
    }
  }

  #isNext(call: IoCall): boolean {
    this.#count += 1;
    const behind = this.#count - this.#at;
    const isNext = this.disturbance === "is late" ? behind % lateEvery === 0 : behind === 0;
    if (isNext) this.disturbed = call;
    return isNext;
  }
}

function broken({ part, action }: IoCall): Error {
  return Object.assign(new Error(`the connection was lost (${part}, ${action})`), {
    code: "ECONNRESET",
  });
}

/** Fails before the first byte, or behind the last one. */
function failing(call: IoCall, bytes: number): Transform {
  return new Transform({
    transform(chunk, _encoding, done) {
      if (bytes === 0) done(broken(call));
      else done(null, chunk);
    },
    flush(done) {
      done(broken(call));
    },
  });
}

/** Ends in the middle without a word. */
function cut(source: Readable): Readable {
  const half = new PassThrough();
  source.once("data", (chunk: Buffer) => {
    half.end(chunk.subarray(0, chunk.length / 2));
    source.resume();
  });
  source.once("end", () => half.end());
  source.once("error", (error) => half.destroy(error));
  return half;
}

function late(): Transform {
  return new Transform({
    transform(chunk, _encoding, done) {
      void setTimeout(lateMilliseconds).then(() => {
        done(null, chunk);
      });
    },
  });
}
