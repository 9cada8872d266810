import pRetry from "p-retry";
import { messageOf } from "../../core/caught.ts";
import type { Refusal } from "./service-failure.ts";

/** For how long, and with which pauses, something is tried again. Each pause is doubled, and jittered to twice itself. */
export interface Patience {
  readonly totalMilliseconds: number;
  readonly firstPauseMilliseconds: number;
  readonly longestPauseMilliseconds: number;
}

interface Attempts {
  readonly patience: Patience;
  /** What kept an attempt from an answer; a final refusal is not tried again. */
  readonly refusalOf: (error: unknown) => Refusal;
  /** When aborted, nothing more is tried. */
  readonly signal?: AbortSignal | undefined;
}

export type Retried<Answer> =
  | { readonly isAnswered: true; readonly answer: Answer }
  | {
      readonly isAnswered: false;
      /** What the last attempt said. */
      readonly error: unknown;
      /** Of all attempts. */
      readonly refusals: ReadonlySet<Refusal>;
      readonly milliseconds: number;
    };

/** Tries until there is an answer, a final refusal, or no more patience. */
export async function retried<Answer>(
  perform: () => Promise<Answer>,
  { patience, refusalOf, signal }: Attempts,
): Promise<Retried<Answer>> {
  const began = performance.now();
  const refusals = new Set<Refusal>();
  const found: { answer: Answer }[] = [];
  let last: unknown;
  try {
    await pRetry(
      async () => {
        try {
          found.push({ answer: await perform() });
        } catch (error) {
          last = error;
          refusals.add(refusalOf(error));
          // p-retry has rules of its own for some errors.
          throw new FailedAttempt(error);
        }
      },
      {
        retries: Infinity,
        factor: 2,
        randomize: true,
        minTimeout: patience.firstPauseMilliseconds,
        maxTimeout: patience.longestPauseMilliseconds,
        maxRetryTime: patience.totalMilliseconds,
        shouldRetry: ({ error }) => refusalOf(error.cause) !== "final",
        ...(signal === undefined ? {} : { signal }),
      },
    );
  } catch (error) {
    last ??= error;
  }
  // An answer counts even if the signal came before p-retry looked.
  const [answered] = found;
  if (answered !== undefined) return { isAnswered: true, answer: answered.answer };
  return { isAnswered: false, error: last, refusals, milliseconds: performance.now() - began };
}

class FailedAttempt extends Error {
  constructor(cause: unknown) {
    super(messageOf(cause), { cause });
  }
}
