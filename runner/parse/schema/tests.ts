import { z } from "zod";
import type { Threshold } from "../../core/data-test.ts";
import { durationSeconds, identifier } from "./common.ts";

const thresholdPattern = /^\s*(>=|<=|!=|<>|==|=|>|<)\s*(\d{1,15})\s*$/;

/** A condition on the number of breaking rows, as dbt writes it: ">10", "!=0", ">= 5". */
const threshold = z.string().transform((text, context): Threshold => {
  const [, sign, rows] = thresholdPattern.exec(text) ?? [];
  if (sign !== undefined) {
    const operator = sign === "<>" ? "!=" : sign === "==" ? "=" : sign;
    return { operator: operator as Threshold["operator"], rows: Number(rows) };
  }
  context.addIssue({
    code: "custom",
    message: `"${text}" is no condition on a number of rows; write one such as ">10", "!=0" or ">= 5"`,
  });
  return z.NEVER;
});

const severity = z.enum(["error", "warn"]).default("error");

const keeping = {
  /** Only rows for which this SQL condition holds are tested. */
  where: z.string().min(1).optional(),
  store_failures: z.boolean().optional(),
};

/** How any data test is run and judged. */
export const testModifiers = {
  severity,
  ...keeping,
  warn_if: threshold.optional(),
  error_if: threshold.optional(),
  limit: z.int().positive().optional(),
  new_rows_only: z.boolean().optional(),
};
export const testModifiersSchema = z.strictObject(testModifiers);

const notNull = z.strictObject({ ...testModifiers });
const uniqueColumn = z.strictObject({ ...testModifiers });
const acceptedValues = z.strictObject({
  values: z.array(z.union([z.string(), z.number()])).min(1),
  ...testModifiers,
});
const relationships = z.strictObject({ to: z.string(), field: identifier, ...testModifiers });
const notEmptyString = z.strictObject({ ...testModifiers });
const bound = z.union([z.number(), z.string().min(1)]).optional();
const range = z
  .strictObject({ min: bound, max: bound, ...testModifiers })
  .refine((test) => test.min !== undefined || test.max !== undefined, "needs min, max or both");
const uniqueColumns = z.strictObject({ columns: z.array(identifier).min(1), ...testModifiers });
const expression = z.strictObject({ sql: z.string().min(1), ...testModifiers });
const rowCount = z
  .strictObject({
    min: z.int().nonnegative().optional(),
    max: z.int().nonnegative().optional(),
    ...testModifiers,
  })
  .refine((test) => test.min !== undefined || test.max !== undefined, "needs min, max or both");

/** How old the newest row may be: past `warn_after` it is a warning, past `error_after` an error. */
const ages = { warn_after: durationSeconds.optional(), error_after: durationSeconds.optional() };
const hasAge = (test: { readonly warn_after?: number; readonly error_after?: number }) =>
  test.warn_after !== undefined || test.error_after !== undefined;
const needsAge = "needs warn_after, error_after or both";
const columnFreshness = z.strictObject({ ...ages, ...keeping }).refine(hasAge, needsAge);
const tableFreshness = z
  .strictObject({ column: identifier, ...ages, ...keeping })
  .refine(hasAge, needsAge);

/** A column or expression, or one that is called something else in the other relation: `total_price: amount`. */
const compared = z.union([z.string().min(1), z.record(z.string().min(1), z.string().min(1))]);
const equalTotals = z.strictObject({
  /** What is summed; its rows are counted in any case, unless `row_count` is false. */
  of: z.array(compared).default([]),
  /** A relation, a source's table as `source.table`, or `source` where a source's table is tested. */
  with: z.string().min(1),
  with_where: z.string().min(1).optional(),
  group_by: z.array(compared).default([]),
  row_count: z.boolean().default(true),
  ...testModifiers,
});

/** The generic tests by name, with what each is told. */
export const columnTests = {
  not_null: notNull,
  unique: uniqueColumn,
  accepted_values: acceptedValues,
  relationships,
  not_empty_string: notEmptyString,
  range,
  freshness: columnFreshness,
} as const;

export const tableTests = {
  unique: uniqueColumns,
  expression,
  row_count: rowCount,
  freshness: tableFreshness,
  equal_totals: equalTotals,
} as const;

const listed = () =>
  z
    .array(z.union([z.string(), z.record(z.string(), z.record(z.string(), z.unknown()))]))
    .default([]);

/** Tests are listed by name, or as a mapping of one name to what it is told; names are checked where they are read. */
export const columnTestList = listed();
export const tableTestList = listed();
