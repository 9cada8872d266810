import { z } from "zod";
import type { YamlPath } from "./yaml-path.ts";

/** The settings that the object at `path` may have. Where a field decides between several forms, `data` tells which. */
export function knownKeys(schema: z.ZodType, path: YamlPath, data: unknown): readonly string[] {
  const form = chooseForm(unwrap(schema), data);
  const [part, ...rest] = path;
  if (part === undefined) return form instanceof z.ZodObject ? Object.keys(form.shape) : [];
  const next = childOf(form, part);
  return next === undefined ? [] : knownKeys(next, rest, fieldOf(data, part));
}

/** Optional values, defaults and transformations take the same settings as what stands inside them. */
function unwrap(schema: unknown): unknown {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodNullable
  ) {
    return unwrap(schema.def.innerType);
  }
  if (schema instanceof z.ZodLazy) return unwrap(schema.def.getter());
  return schema instanceof z.ZodPipe ? unwrap(schema.def.in) : schema;
}

function chooseForm(schema: unknown, data: unknown): unknown {
  if (!(schema instanceof z.ZodDiscriminatedUnion)) return objectOf(schema);
  const { discriminator } = schema.def;
  const wanted = fieldOf(data, discriminator);
  return schema.options.find((option) => {
    const literal: unknown =
      option instanceof z.ZodObject ? option.shape[discriminator] : undefined;
    return literal instanceof z.ZodLiteral && literal.values.has(wanted as string);
  });
}

/** A union of a text and a mapping is the mapping to whoever asks for its settings. */
function objectOf(schema: unknown): unknown {
  if (!(schema instanceof z.ZodUnion)) return schema;
  return schema.options.map(unwrap).find((option) => option instanceof z.ZodObject) ?? schema;
}

function childOf(schema: unknown, part: string | number): z.ZodType | undefined {
  if (schema instanceof z.ZodObject) return schema.shape[part] as z.ZodType | undefined;
  if (schema instanceof z.ZodArray) return schema.element as z.ZodType;
  if (schema instanceof z.ZodRecord) return schema.valueType as z.ZodType;
  return undefined;
}

function fieldOf(data: unknown, part: string | number): unknown {
  return typeof data === "object" && data !== null
    ? (data as Readonly<Record<string, unknown>>)[part]
    : undefined;
}
