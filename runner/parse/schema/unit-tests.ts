import { z } from "zod";
import { columnType, description, identifier, tags } from "./common.ts";

/** Rows in one of three forms: inline, as CSV in the YAML, or as the file tests/fixtures/<name>.csv. */
const rowForms = {
  rows: z.array(z.record(z.string(), z.unknown())).optional(),
  csv: z.string().optional(),
  fixture: z.string().min(1).optional(),
};
export type RowForms = z.output<z.ZodObject<typeof rowForms>>;

function hasOneForm({ rows, csv, fixture }: RowForms): boolean {
  return [rows, csv, fixture].filter((form) => form !== undefined).length === 1;
}
const oneForm = "needs one of rows, csv and fixture";

const time = z.string().transform((text, context) => {
  const isTime = /^\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)?Z?$/.test(text);
  const iso = text.length > 10 ? text.replace(" ", "T").replace(/Z?$/, "Z") : text;
  const milliseconds = isTime ? Date.parse(iso) : NaN;
  if (!Number.isNaN(milliseconds)) return new Date(milliseconds).toISOString();
  context.addIssue({
    code: "custom",
    message: `"${text}" is no time; write one such as 2026-03-01 or 2026-03-01 10:00:00, in UTC`,
  });
  return z.NEVER;
});

const common = {
  name: identifier,
  description,
  tags,
  vars: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
};

const expected = z.strictObject(rowForms).refine(hasOneForm, oneForm);

const givenRelation = z
  .strictObject({
    ref: z.string().min(1).optional(),
    source: z.string().min(1).optional(),
    this: z.literal(true).optional(),
    ...rowForms,
  })
  .refine(
    (given) =>
      [given.ref, given.source, given.this].filter((input) => input !== undefined).length === 1,
    "needs one of ref, source and this",
  )
  .refine(hasOneForm, oneForm);

/** A test of a model, in the model's own YAML. */
export const modelUnitTest = z.strictObject({
  ...common,
  /** The time of the run. */
  now: time.optional(),
  /** Bounds of the increment, where the rows of `this` do not give them. */
  since: z.string().min(1).optional(),
  until: z.string().min(1).optional(),
  given: z.array(givenRelation).default([]),
  expect: expected,
});

const columns = z.record(identifier, columnType);

const givenRows = z
  .strictObject({
    name: identifier.default("given"),
    columns: columns.optional(),
    ref: z.string().min(1).optional(),
    source: z.string().min(1).optional(),
    ...rowForms,
  })
  .refine(
    (given) =>
      [given.columns, given.ref, given.source].filter((input) => input !== undefined).length === 1,
    "needs its columns with their types, or the ref or source that it stands in for",
  )
  .refine(hasOneForm, oneForm);

/** A query over given rows that calls macros, in a file of tests/unit. */
const queryUnitTest = z.strictObject({
  ...common,
  sql: z.string().min(1),
  given: z.array(givenRows).default([]),
  expect: z.strictObject({ columns, ...rowForms }).refine(hasOneForm, oneForm),
});

export const unitTestFileSchema = z.strictObject({
  description,
  tags,
  unit_tests: z.array(queryUnitTest).min(1),
});
export type ModelUnitTest = z.output<typeof modelUnitTest>;
