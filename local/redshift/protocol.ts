import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { DataApiError, ERROR_STATUS } from "./data-api-error.ts";
import type { Answer } from "./operation.ts";

const CONTENT_TYPE = "application/x-amz-json-1.1";
/** 40 statements of 100 KB, each byte escaped as six. */
const BODY_BYTES = 25_000_000;

/** A call of AWS JSON 1.1: the operation of its X-Amz-Target, and its body. */
export interface Call {
  readonly operation: string;
  readonly body: object;
}

/** Throws DataApiError when the request is not such a call. */
export async function readCall(request: IncomingMessage): Promise<Call> {
  const target = request.headers["x-amz-target"];
  const operation = /^RedshiftData\.(?<operation>\w+)$/.exec(String(target))?.groups?.["operation"];
  if (request.method !== "POST" || operation === undefined) {
    throw new DataApiError(
      "UnknownOperationException",
      "The request has no X-Amz-Target of RedshiftData.",
    );
  }
  if (request.headers["content-type"] !== CONTENT_TYPE) {
    throw new DataApiError("SerializationException", `The content type must be ${CONTENT_TYPE}.`);
  }
  const body = parseJson(await readBody(request));
  if (typeof body !== "object" || body === null) {
    throw new DataApiError("SerializationException", "The body is not a JSON object.");
  }
  return { operation, body };
}

export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES)
      throw new DataApiError("SerializationException", "The request is too large.");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new DataApiError("SerializationException", "The body is not JSON.");
  }
}

export function sendAnswer(response: ServerResponse, answer: Answer): void {
  send(response, 200, "json" in answer ? answer.json : JSON.stringify(timesAsSeconds(answer)));
}

export function sendError(response: ServerResponse, error: unknown): void {
  const failure =
    error instanceof DataApiError
      ? error
      : new DataApiError("InternalServerException", error instanceof Error ? error.message : "");
  response.setHeader("x-amzn-errortype", failure.type);
  const body = { __type: failure.type, Message: failure.message, ...failure.details };
  send(response, ERROR_STATUS[failure.type], JSON.stringify(body));
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    "content-type": CONTENT_TYPE,
    "content-length": Buffer.byteLength(body),
    "x-amzn-requestid": randomUUID(),
  });
  response.end(body);
}

function timesAsSeconds(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(timesAsSeconds);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([member, content]) => [member, timesAsSeconds(content)]),
  );
}
