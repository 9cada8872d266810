import type {
  DynamoDBClient,
  ServiceInputTypes,
  ServiceOutputTypes,
} from "@aws-sdk/client-dynamodb";
import type { FinalizeRequestMiddleware } from "@smithy/types";
import { currentTrace } from "../trace/current.ts";
import { outgoingHeaders } from "../trace/trace.ts";

interface HttpHeaders {
  headers: Record<string, string>;
}

function hasHeaders(request: unknown): request is HttpHeaders {
  return typeof request === "object" && request !== null && "headers" in request;
}

const addHeaders: FinalizeRequestMiddleware<ServiceInputTypes, ServiceOutputTypes> =
  (next) => (args) => {
    const trace = currentTrace();
    if (trace !== undefined && hasHeaders(args.request)) {
      Object.assign(args.request.headers, outgoingHeaders(trace));
    }
    return next(args);
  };

/** Each call that DynamoDB gets names the request that it serves. The headers are not signed: a proxy may change them. */
export function addTraceHeaders(client: DynamoDBClient): void {
  client.middlewareStack.addRelativeTo(addHeaders, {
    name: "traceHeaders",
    relation: "after",
    toMiddleware: "httpSigningMiddleware",
  });
}
