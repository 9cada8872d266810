import type { TRPCError } from "@trpc/server";
import { ZodError } from "zod";
import { ShopError, type ShopErrorCode } from "./errors.ts";

/** Of Node's sockets, of Postgres (SQLSTATE) and of the AWS SDK (names): the database is away, or too busy. */
const PASSING = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EHOSTUNREACH",
  // Of a server that has become another's standby, or is only starting to take over.
  "25006",
  "40001",
  "40P01",
  "53300",
  "55P03",
  "57014",
  "57P01",
  "57P02",
  "57P03",
  "TimeoutError",
  "ThrottlingException",
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  "InternalServerError",
  "ServiceUnavailable",
]);

function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error ? String(error.code) : "";
  if (PASSING.has(code) || PASSING.has(error.name)) return true;
  if (
    /Connection terminated|connection timeout|Timed out waiting|socket hang up/i.test(error.message)
  )
    return true;
  return isPassing(error.cause);
}

/** Any failure as what a client may see of it; what it may not see stays in `cause`, for the log. */
export function translateFailure(error: TRPCError): TRPCError {
  if (error instanceof ShopError || error.code !== "INTERNAL_SERVER_ERROR") return error;
  const { cause } = error;
  if (isPassing(cause)) {
    return new ShopError("SERVICE_UNAVAILABLE", "The shop's database cannot be used just now.", {
      hint: "Try again in a moment; repeat a checkout with the same idempotency key.",
      cause,
    });
  }
  return new ShopError("INTERNAL", "Something went wrong in the shop.", {
    hint: "Try again; if it stays, tell the operator the time and the request.",
    cause,
  });
}

export interface PublicFailure {
  mercado: ShopErrorCode;
  message: string;
  hint: string;
  details: unknown;
}

function codeOf(error: TRPCError): ShopErrorCode {
  switch (error.code) {
    case "NOT_FOUND":
      return "NOT_FOUND";
    case "INTERNAL_SERVER_ERROR":
      return "INTERNAL";
    case "SERVICE_UNAVAILABLE":
      return "SERVICE_UNAVAILABLE";
    default:
      return "INPUT_INVALID";
  }
}

/** The part of a failure that goes to the client: never a stack, never the text of a database. */
export function describeFailure(error: TRPCError): PublicFailure {
  if (error instanceof ShopError) {
    const { mercado, message, hint, details } = error;
    return { mercado, message, hint, details };
  }
  if (error.cause instanceof ZodError) return describeIssues(error.cause);
  const mercado = codeOf(error);
  return { mercado, message: messageOf(error, mercado), hint: SEE_DESCRIPTION, details: null };
}

const SEE_DESCRIPTION = "The procedures and their inputs are described at /openapi.json.";

/** Enough to mend an input by; a long list with one fault in each line would make an answer many times its request. */
const MAXIMUM_ISSUES = 20;
const MAXIMUM_ISSUE_CHARACTERS = 200;

function describeIssues({ issues: all }: ZodError): PublicFailure {
  const issues = all.slice(0, MAXIMUM_ISSUES).map((issue) => ({
    path: shorten(issue.path.map(String).join(".")),
    message: shorten(issue.message),
  }));
  const list = issues.map((issue) => `${issue.path || "input"}: ${issue.message}`);
  const more = all.length - issues.length;
  if (more > 0) list.push(`and ${more} more`);
  return {
    mercado: "INPUT_INVALID",
    message: `The input is not valid (${list.join("; ")}).`,
    hint: "Correct the fields in details.",
    details: { issues },
  };
}

function shorten(text: string): string {
  if (text.length <= MAXIMUM_ISSUE_CHARACTERS) return text;
  return `${text.slice(0, MAXIMUM_ISSUE_CHARACTERS)}…`;
}

function messageOf(error: TRPCError, mercado: ShopErrorCode): string {
  if (mercado === "INTERNAL") return "Something went wrong in the shop.";
  // Its text quotes what could not be read.
  if (error.cause instanceof SyntaxError) return "The input is not valid JSON.";
  return `${error.message.replace(/\.$/, "")}.`;
}
