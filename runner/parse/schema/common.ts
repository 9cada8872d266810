import ms from "ms";
import { z } from "zod";
import { columnTypeNames, parseColumnType } from "../../core/column-type.ts";
import { parseSourceType } from "../../core/source-type.ts";
import { identifierPattern } from "../../core/relation.ts";

/** Identifiers fold to lower case in Redshift even when quoted, and may be 127 bytes long. */
export const identifier = z
  .string()
  .max(127)
  .regex(identifierPattern, "must be lower snake case, such as order_line");

export const columnType = z.string().transform((text, context) => {
  const type = parseColumnType(text);
  if (type !== undefined) return type;
  context.addIssue({
    code: "custom",
    message: `"${text}" is no column type; known are ${columnTypeNames.join(", ")}`,
  });
  return z.NEVER;
});

/** As `columnType`, and the types of a source that hold less than any of them. */
export const sourceColumnType = z.string().transform((text, context) => {
  const type = parseSourceType(text);
  if (type !== undefined) return type;
  context.addIssue({
    code: "custom",
    message: `"${text}" is no column type; known are ${[...columnTypeNames, "real", "timestamp(n)", "timestamptz(n)"].join(", ")}`,
  });
  return z.NEVER;
});

/** A length of time such as `90 seconds` or `1 hour`, in whole seconds. */
export const durationSeconds = z.string().transform((text, context) => {
  const milliseconds = ms(text as ms.StringValue) as number | undefined;
  if (milliseconds !== undefined && !Number.isNaN(milliseconds) && milliseconds >= 0) {
    return Math.ceil(milliseconds / 1000);
  }
  context.addIssue({
    code: "custom",
    message: `"${text}" is no length of time; write one such as "90 seconds", "1 hour" or "2 days"`,
  });
  return z.NEVER;
});

/** A part of a whole such as `0.1%`, from 0 to 1; 0 needs no sign. */
export const share = z.union([z.string(), z.number()]).transform((given, context) => {
  const [, digits] = /^(\d{1,3}(?:\.\d+)?) ?%$/.exec(String(given)) ?? [];
  // Read as a decimal: dividing would miss the nearest number to 0.7%.
  const part = String(given) === "0" ? 0 : Number(`${digits ?? ""}e-2`);
  if (part >= 0 && part <= 1) return part;
  context.addIssue({
    code: "custom",
    message: `"${given}" is no part of all rows; write a percentage such as 0.1%, or 0`,
  });
  return z.NEVER;
});

/** A class of data, such as pii.email. */
export const className = z
  .string()
  .max(127)
  .regex(
    /^[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*$/,
    "must be lower snake case with dots, such as pii.email",
  );
/** Classes that are declared of a column. */
export const columnClass = z
  .union([className, z.array(className).min(1)])
  .transform((given) => (typeof given === "string" ? [given] : given))
  .optional()
  .describe("classes of personal or secret data that the column holds, such as pii.email");

export const description = z.string().trim().default("");
export const tags = z.array(z.string().min(1)).default([]);
/** One SQL template or several; a run executes each as one statement. */
export const hooks = z
  .union([z.string().min(1), z.array(z.string().min(1))])
  .transform((given) => (typeof given === "string" ? [given] : given))
  .default([]);
/** Who answers for it: a person, a team, an address. */
export const owner = z.string().trim().min(1).optional();
export const key = z.array(identifier).min(1);
