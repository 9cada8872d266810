import type {} from "./request-fields.ts";
import { STATUS_CODES } from "node:http";
import { TRPC_ERROR_CODES_BY_KEY } from "@trpc/server/rpc";
import type { FastifyReply, FastifyRequest } from "fastify";
import { ShopError } from "../errors.ts";
import type { PublicFailure } from "../failures.ts";

/** The body of every answer that is a failure, except under /trpc, where the same stands in `error.data`. */
export interface FailureBody extends PublicFailure {
  requestId: string | null;
}

/** What went wrong before a procedure was reached. */
interface HttpError {
  statusCode?: number;
  code?: string;
}

const SEND_JSON = "Send one JSON value with the header content-type: application/json.";

/** The cause and the way out, in our words: Fastify's and Node's may quote what was sent. */
const EXPLAINED: Readonly<Record<number, readonly [message: string, hint: string]>> = {
  400: ["The request is not valid JSON over HTTP.", SEND_JSON],
  408: ["The request did not arrive in time.", "Send it whole, without pauses."],
  413: ["The body is too large.", "Send at most 1 MiB, or several requests."],
  414: ["The URL is too long.", "Send fewer calls in a batch, or use POST where it is allowed."],
  415: [
    "The body is of a type that this path does not read.",
    `${SEND_JSON} /inventory/bulk takes text/csv or application/x-ndjson.`,
  ],
  431: ["The headers are too large.", "Send at most 16 KiB of headers."],
};

/** A failure that Fastify or Node found, as what a client may see of it. */
export function explainStatus(status: number): PublicFailure {
  if (status >= 500) {
    return {
      mercado: "INTERNAL",
      message: "Something went wrong in the shop.",
      hint: "Try again; if it stays, tell the operator the request id.",
      details: null,
    };
  }
  const known = EXPLAINED[status];
  return {
    mercado: "INPUT_INVALID",
    message: known?.[0] ?? `The request is not valid (${STATUS_CODES[status] ?? status}).`,
    hint: known?.[1] ?? "The paths are described at /openapi.json.",
    details: null,
  };
}

export function sendFailure(reply: FastifyReply, status: number, failure: PublicFailure) {
  const { request } = reply;
  const body: FailureBody = { ...failure, requestId: request.trace?.requestId ?? null };
  const inTrpc = request.url.startsWith("/trpc/");
  return reply
    .code(status)
    .type("application/json; charset=utf-8")
    .send(JSON.stringify(inTrpc ? trpcEnvelope(status, body) : body));
}

/** What a tRPC client understands; as the only element it stands for every call of a batch. */
function trpcEnvelope(status: number, body: FailureBody) {
  const code = status >= 500 ? "INTERNAL_SERVER_ERROR" : "BAD_REQUEST";
  const data = { code, httpStatus: status, ...body };
  return { error: { message: body.message, code: TRPC_ERROR_CODES_BY_KEY[code], data } };
}

export function statusOf(error: unknown): number {
  const status = (error as HttpError).statusCode ?? 500;
  return status >= 400 && status <= 599 ? status : 500;
}

export function notFound(request: FastifyRequest): PublicFailure {
  return {
    mercado: "NOT_FOUND",
    message: `There is nothing to ${request.method} at this path.`,
    hint: "Procedures are under /trpc; every path is described at /openapi.json.",
    details: null,
  };
}

/** How long a caller who asked too often has to wait, in whole seconds; undefined for other failures. */
export function retryAfterOf(error: unknown): number | undefined {
  if (!(error instanceof ShopError)) return undefined;
  const { details } = error;
  if (typeof details !== "object" || details === null) return undefined;
  if (!("retryAfterSeconds" in details)) return undefined;
  return typeof details.retryAfterSeconds === "number" ? details.retryAfterSeconds : undefined;
}
