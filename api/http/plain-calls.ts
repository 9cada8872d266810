import { TRPCError, type AnyTRPCProcedure } from "@trpc/server";
import type { FastifyRequest } from "fastify";
import { appRouter } from "../router.ts";

/** Queries or mutations that exist, one or a batch of them, whose answer is one JSON text: what nearly every request asks. */
export interface PlainCalls {
  type: "query" | "mutation";
  paths: readonly string[];
  batched: boolean;
  /** Of the input, or, in a batch, of an object that holds each call's by its index. */
  json: string | undefined;
}

export type TrpcRequest = FastifyRequest<{ Params: { path: string } }>;

const PROCEDURES: ReadonlyMap<string, AnyTRPCProcedure> = new Map(
  Object.entries(appRouter._def.procedures as unknown as Record<string, AnyTRPCProcedure>),
);
const JSON_TYPE = /^application\/json *(;|$)/i;

/** Undefined for whatever is out of the ordinary, and for all that would be refused before a procedure is called. */
export function plainCallsOf(request: TrpcRequest, maximum: number): PlainCalls | undefined {
  const query = plainQueryOf(request);
  if (query === undefined) return undefined;
  const batched = query.get("batch") === "1";
  const paths = batched ? request.params.path.split(",") : [request.params.path];
  const types = new Set(paths.map((path) => PROCEDURES.get(path)?._def.type));
  const [type] = types;
  if (types.size > 1 || paths.length > maximum) return undefined;
  if (type === "query" && request.method === "GET") {
    return { type, paths, batched, json: query.get("input") ?? undefined };
  }
  if (type === "mutation" && request.method === "POST" && typeof request.body === "string") {
    return { type, paths, batched, json: request.body };
  }
  return undefined;
}

/** The parameters of a URL; undefined where a header or a parameter asks for more than a plain answer. */
function plainQueryOf({ headers, method, url }: TrpcRequest): URLSearchParams | undefined {
  const type = headers["content-type"];
  const isJson = type === undefined ? method === "GET" : JSON_TYPE.test(type);
  const streamed = headers["trpc-accept"] !== undefined || headers.accept?.includes("jsonl");
  if (!isJson || streamed === true || url.includes("#")) return undefined;
  if (!URL.canParse(`http://${headers.host ?? ""}`)) return undefined;
  const start = url.indexOf("?");
  const query = new URLSearchParams(start === -1 ? "" : url.slice(start + 1));
  return query.has("connectionParams") ? undefined : query;
}

/** Each call's input, parsed when the first of them is wanted: callers who are refused cost less. */
export function inputsOf(calls: PlainCalls): (index: number) => Promise<unknown> {
  let parsed: Promise<readonly unknown[]> | undefined;
  return async (index) => {
    parsed ??= new Promise((resolve) => {
      resolve(parseInputs(calls));
    });
    return (await parsed)[index];
  };
}

function parseInputs({ json, batched, paths }: PlainCalls): readonly unknown[] {
  if (json === undefined || json === "") return [];
  const value = parseJson(json);
  if (!batched) return [value];
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    const message = '"input" needs to be an object when doing a batch call';
    throw new TRPCError({ code: "BAD_REQUEST", message });
  }
  return paths.map((_path, index) => (value as Readonly<Record<number, unknown>>)[index]);
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new TRPCError({ code: "BAD_REQUEST", message: "Invalid JSON", cause });
  }
}
