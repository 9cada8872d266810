import { ShopError } from "../errors.ts";

export interface Call {
  path: string;
  type: string;
}

/** What one call of a procedure may cost; the calls of a batch are limited each for itself. */
export interface CallLimits {
  /** Throws a ShopError when this caller has called too often. */
  admit(call: Call): Promise<void>;
  /** After so long the caller is answered, whatever the databases do. */
  milliseconds: number;
  /** The service does not stop before this has ended, also when its caller has been answered or has gone away. */
  readonly follow: (work: Promise<unknown>) => void;
}

/** What `work` resolves to, or, when it takes longer, a ShopError; the work itself goes on to its own end. */
export async function withinLimits<Result>(
  work: Promise<Result>,
  { milliseconds, follow }: Pick<CallLimits, "milliseconds" | "follow">,
): Promise<Result> {
  follow(work);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(
        new ShopError("SERVICE_UNAVAILABLE", "The shop's databases did not answer in time.", {
          hint: "Try again in a moment; repeat a checkout with the same idempotency key.",
        }),
      );
    }, milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
