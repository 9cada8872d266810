import { z } from "zod";
import * as field from "../fields.ts";

export const byId = z.strictObject({ id: field.id });

/** A signed-in customer may leave it out: it is the caller; an admin names the customer. */
export const customer = { userId: field.id.optional() };

/** An input in which every field may be left out, and so may be the input itself. */
export function optional<Input extends z.ZodType>(input: Input) {
  return input.prefault({} as z.input<Input>);
}

/** Of one row; a caller whose own it is may leave the id out. */
export const ownById = optional(z.strictObject({ id: field.id.optional() }));

/** Some of `fields`, at least one, of the row that `rest` names; as the caller read it, if `expectedUpdatedAt` is there. */
export function partial<Fields extends z.ZodRawShape, Rest extends z.ZodRawShape>(
  fields: Fields,
  rest: Rest,
) {
  const names = Object.keys(fields);
  return z
    .strictObject({
      ...z.object(fields).partial().shape,
      ...rest,
      expectedUpdatedAt: field.updatedAt.optional(),
    })
    .refine(
      (update: Readonly<Record<string, unknown>>) =>
        names.some((name) => update[name] !== undefined),
      {
        error: `names nothing to change (${names.join(", ")})`,
      },
    );
}
