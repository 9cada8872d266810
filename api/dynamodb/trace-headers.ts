import type {
  DynamoDBClient,
  ServiceInputTypes,
  ServiceOutputTypes,
} from "@aws-sdk/client-dynamodb";
import type { FinalizeRequestMiddleware } from "@smithy/types";
import { outgoingHeaders, type Trace } from "../trace/trace.ts";

interface HttpHeaders {
  headers: Record<string, string>;
}

function hasHeaders(request: unknown): request is HttpHeaders {
  return typeof request === "object" && request !== null && "headers" in request;
}

/** By the input of the command, which is all of a call that the SDK hands to a middleware. */
const traces = new WeakMap<object, Trace>();

/** The call with this input will name the trace, with each of its attempts. */
export function carryTrace(input: object, trace: Trace): void {
  traces.set(input, trace);
}

const addHeaders: FinalizeRequestMiddleware<ServiceInputTypes, ServiceOutputTypes> =
  (next) => (args) => {
    const trace = traces.get(args.input);
    if (trace !== undefined && hasHeaders(args.request)) {
      Object.assign(args.request.headers, outgoingHeaders(trace));
    }
    return next(args);
  };

/** A call that carries a trace names the request that it serves. The headers are not signed: a proxy may change them. */
export function addTraceHeaders(client: DynamoDBClient): void {
  client.middlewareStack.addRelativeTo(addHeaders, {
    name: "traceHeaders",
    relation: "after",
    toMiddleware: "httpSigningMiddleware",
  });
}
