import pRetry from "p-retry";
import { codeOf, messageOf } from "../../core/caught.ts";
import { Failure } from "../../core/diagnostic.ts";

/** How often and with which pauses a read is tried again. Each pause is doubled, and jittered up to twice its length. */
export interface RetryPolicy {
  readonly retries: number;
  readonly minimumMilliseconds: number;
  readonly maximumMilliseconds: number;
}

/** About two minutes of throttling before a read gives up. */
export const patientRetries: RetryPolicy = {
  retries: 13,
  minimumMilliseconds: 50,
  maximumMilliseconds: 20_000,
};

/** For a question that is asked before any work is done: an answer is there or not. */
export const hastyRetries: RetryPolicy = {
  retries: 1,
  minimumMilliseconds: 50,
  maximumMilliseconds: 50,
};

/** A read that was given up; `cause` is what its last attempt said. */
export class ReadGivenUp extends Error {
  readonly attempts: number;
  readonly problem: ReadProblem;

  constructor(error: unknown, attempts: number) {
    super(messageOf(error), { cause: error });
    this.attempts = attempts;
    this.problem = problemOf(error);
  }
}

/**
 * Reads change nothing, so whatever may pass is tried again: throttling, faults of the server, connections that break,
 * answers that are late, lost or cut. Throws `ReadGivenUp` when that does not help, or cannot.
 */
export async function retried<Result>(
  perform: () => Promise<Result>,
  policy: RetryPolicy,
): Promise<Result> {
  let attempts = 0;
  try {
    return await pRetry(
      async () => {
        attempts += 1;
        try {
          return await perform();
        } catch (error) {
          throw new FailedAttempt(error);
        }
      },
      {
        retries: policy.retries,
        minTimeout: policy.minimumMilliseconds,
        maxTimeout: policy.maximumMilliseconds,
        factor: 2,
        randomize: true,
        shouldRetry: ({ error }) => mayPass(error.cause),
      },
    );
  } catch (error) {
    const last = error instanceof FailedAttempt ? error.cause : error;
    if (last instanceof Failure) throw last;
    throw new ReadGivenUp(last, attempts);
  }
}

/** Whatever was thrown: p-retry has rules of its own for some errors. */
class FailedAttempt extends Error {
  constructor(cause: unknown) {
    super(messageOf(cause), { cause });
  }
}

export type ReadProblem = "throttled" | "denied" | "refused" | "unanswered";

const throttles = new Set([
  "LimitExceededException",
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  "RequestThrottled",
  "RequestThrottledException",
  "SlowDown",
  "ThrottledException",
  "Throttling",
  "ThrottlingException",
  "TooManyRequestsException",
]);

const denials = new Set([
  "AccessDenied",
  "AccessDeniedException",
  "CredentialsProviderError",
  "ExpiredToken",
  "ExpiredTokenException",
  "InvalidAccessKeyId",
  "InvalidSignatureException",
  "MissingAuthenticationTokenException",
  "SignatureDoesNotMatch",
  "UnrecognizedClientException",
]);

function problemOf(error: unknown): ReadProblem {
  const name = nameOf(error);
  if (throttles.has(name)) return "throttled";
  if (denials.has(name)) return "denied";
  const status = statusOf(error);
  if (status === 429) return "throttled";
  return status !== undefined && status >= 400 && status < 500 && status !== 408
    ? "refused"
    : "unanswered";
}

function mayPass(error: unknown): boolean {
  if (error instanceof Failure) return false;
  const problem = problemOf(error);
  return problem === "throttled" || (problem === "unanswered" && codeOf(error) !== "ENOTFOUND");
}

function nameOf(error: unknown): string {
  if (typeof error !== "object" || error === null || !("name" in error)) return "";
  return String(error.name);
}

/** The HTTP status of an answer that the SDK took for an error. */
function statusOf(error: unknown): number | undefined {
  if (typeof error !== "object" || error === null || !("$metadata" in error)) return undefined;
  const metadata = error.$metadata as { readonly httpStatusCode?: unknown } | undefined;
  return typeof metadata?.httpStatusCode === "number" ? metadata.httpStatusCode : undefined;
}
