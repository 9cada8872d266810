import { z } from "zod";
import * as field from "../fields.ts";

export const byId = z.strictObject({ id: field.id });

/** A signed-in customer may leave it out: it is the caller; an admin names the customer. */
export const customer = { userId: field.id.optional() };
