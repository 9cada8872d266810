import { z } from "zod";
import * as field from "../schema/fields.ts";
import type { LineFormat } from "./read-lines.ts";

export const UPLOAD_PATH = "/inventory/bulk";

export const UPLOAD_ROLES = ["vendor", "admin"] as const;

/** By the content type of the body. */
export const UPLOAD_FORMATS: Readonly<Record<string, LineFormat>> = {
  "text/csv": "csv",
  "application/x-ndjson": "ndjson",
};

export const uploadQuery = z.strictObject({
  /** A vendor may leave it out: it is the caller; an admin names the vendor. */
  vendor_id: field.id.optional(),
  /** Whether one bad line refuses all. */
  all_or_nothing: z
    .enum(["true", "false"])
    .default("false")
    .transform((value) => value === "true"),
});

export const uploadHeaders = z.object({ "idempotency-key": field.idempotencyKey.optional() });
