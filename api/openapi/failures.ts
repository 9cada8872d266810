import { without, type JsonSchema } from "./json-schema.ts";

const failure: JsonSchema = {
  type: "object",
  description: "What went wrong, and the way out.",
  properties: {
    mercado: { type: "string", description: "Stable, such as CART_CHANGED; for programs." },
    message: { type: "string", description: "The cause; for people." },
    hint: { type: "string", description: "The way out." },
    details: { description: "What a program needs; its form depends on the code, often null." },
    requestId: { type: ["string", "null"], description: "The answer's x-request-id." },
  },
  required: ["mercado", "message", "hint", "details", "requestId"],
};

const trpcFailure: JsonSchema = {
  type: "object",
  properties: {
    error: {
      type: "object",
      properties: {
        message: { type: "string" },
        code: { type: "integer", description: "Of JSON-RPC 2.0." },
        data: {
          type: "object",
          properties: {
            ...without(failure, ["message"]).properties,
            code: { type: "string" },
            httpStatus: { type: "integer" },
            path: { type: "string" },
          },
          required: ["mercado", "hint", "details", "requestId", "code", "httpStatus"],
        },
      },
      required: ["message", "code", "data"],
    },
  },
  required: ["error"],
};

export const failureSchemas = { Failure: failure, TrpcFailure: trpcFailure };

function answer(description: string, schema: string) {
  return {
    description,
    headers: {
      "x-request-id": { schema: { type: "string" } },
      "retry-after": {
        description: "With 429: the seconds to wait.",
        schema: { type: "integer" },
      },
    },
    content: { "application/json": { schema: { $ref: `#/components/schemas/${schema}` } } },
  };
}

const EXPLANATION =
  "400: the input is not valid. 401: a token is missing or not good. 403: not for this caller. 404: there is none. 409: it conflicts with what the shop knows. 413, 414: too large. 415: of a type that the path does not read. 422: lines of an upload are not good. 429: too many calls. 503: a database is away; try again.";

export const failureAnswers = {
  Failed: answer(EXPLANATION, "Failure"),
  TrpcFailed: answer(EXPLANATION, "TrpcFailure"),
};
