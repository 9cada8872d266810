import { z } from "zod";
import { appRouter } from "../router.ts";
import { restName } from "../rest/names.ts";

/** A JSON Schema (draft 2020-12), which OpenAPI 3.1 speaks. */
export interface JsonSchema {
  type?: string | string[];
  description?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  [keyword: string]: unknown;
}

interface Described {
  type: "query" | "mutation" | "subscription";
  inputs: unknown[];
  meta?: { roles?: readonly string[] };
}

export interface ProcedureFacts {
  path: string;
  type: "query" | "mutation";
  /** Undefined where the procedure takes nothing. */
  input: JsonSchema | undefined;
  roles: readonly string[];
}

/** Every procedure of the router, in its order. */
export function listProcedures(): ProcedureFacts[] {
  const procedures: Record<string, { _def: unknown }> = { ...appRouter._def.procedures } as never;
  return Object.entries(procedures).map(([path, procedure]) => {
    const { type, inputs, meta } = procedure._def as Described;
    // A base procedure may look at a part of the input first; the last parser sees all of it.
    const input = inputs.at(-1);
    return {
      path,
      type: type === "query" ? "query" : "mutation",
      input: input instanceof z.ZodType ? schemaOf(input, "input") : undefined,
      roles: meta?.roles ?? [],
    };
  });
}

export function schemaOf(schema: z.ZodType, io: "input" | "output"): JsonSchema {
  const full = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  // That a JSON integer is exact only so far goes without saying, at every one of them.
  const text = JSON.stringify(full, (_keyword, value: unknown) =>
    typeof value === "number" && Math.abs(value) === Number.MAX_SAFE_INTEGER ? undefined : value,
  );
  return omit(JSON.parse(text) as JsonSchema, "$schema");
}

/** The same values with the names that the REST paths use. */
export function schemaInRestWords(schema: JsonSchema): JsonSchema {
  return inRestWords(schema) as JsonSchema;
}

function inRestWords(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(inRestWords);
  if (typeof node !== "object" || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).map(([keyword, value]) => {
      if (keyword === "properties") return [keyword, renamedProperties(value as object)];
      if (keyword === "required") return [keyword, (value as string[]).map(restName)];
      return [keyword, inRestWords(value)];
    }),
  );
}

function renamedProperties(properties: object): object {
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [restName(name), inRestWords(value)]),
  );
}

/** The schema without these properties. */
export function without(schema: JsonSchema, names: readonly string[]): JsonSchema {
  const properties = Object.entries(schema.properties ?? {});
  const required = schema.required?.filter((name) => !names.includes(name)) ?? [];
  const kept = Object.fromEntries(properties.filter(([name]) => !names.includes(name)));
  return demanding({ ...schema, properties: kept }, required);
}

/** The schema with these properties, and no others, demanded. */
export function demanding(schema: JsonSchema, required: readonly string[]): JsonSchema {
  const rest = omit(schema, "required");
  return required.length === 0 ? rest : { ...rest, required: [...required] };
}

function omit(schema: JsonSchema, keyword: string): JsonSchema {
  return Object.fromEntries(Object.entries(schema).filter(([name]) => name !== keyword));
}
