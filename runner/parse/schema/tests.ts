import { z } from "zod";
import { identifier } from "./common.ts";

const modifiers = {
  severity: z.enum(["error", "warn"]).default("error"),
  /** Only rows for which this SQL condition holds are tested. */
  where: z.string().min(1).optional(),
};

const notNull = z.strictObject({ ...modifiers });
const uniqueColumn = z.strictObject({ ...modifiers });
const acceptedValues = z.strictObject({
  values: z.array(z.union([z.string(), z.number()])).min(1),
  ...modifiers,
});
const relationships = z.strictObject({ to: z.string(), field: identifier, ...modifiers });
const notEmptyString = z.strictObject({ ...modifiers });
const bound = z.union([z.number(), z.string().min(1)]).optional();
const range = z
  .strictObject({ min: bound, max: bound, ...modifiers })
  .refine((test) => test.min !== undefined || test.max !== undefined, "needs min, max or both");
const uniqueColumns = z.strictObject({ columns: z.array(identifier).min(1), ...modifiers });
const expression = z.strictObject({ sql: z.string().min(1), ...modifiers });
const rowCount = z
  .strictObject({
    min: z.int().nonnegative().optional(),
    max: z.int().nonnegative().optional(),
    ...modifiers,
  })
  .refine((test) => test.min !== undefined || test.max !== undefined, "needs min, max or both");

/** The generic tests by name, with what each is told. */
export const columnTests = {
  not_null: notNull,
  unique: uniqueColumn,
  accepted_values: acceptedValues,
  relationships,
  not_empty_string: notEmptyString,
  range,
} as const;

export const tableTests = {
  unique: uniqueColumns,
  expression,
  row_count: rowCount,
} as const;

const listed = () =>
  z
    .array(z.union([z.string(), z.record(z.string(), z.record(z.string(), z.unknown()))]))
    .default([]);

/** Tests are listed by name, or as a mapping of one name to what it is told; names are checked where they are read. */
export const columnTestList = listed();
export const tableTestList = listed();
