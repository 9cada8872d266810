import { TRPCError } from "@trpc/server";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import type { Context } from "../context.ts";
import { ShopError } from "../errors.ts";
import { translateFailure } from "../failures.ts";
import { nameOfCaller } from "../roles/caller.ts";
import { requireRole, vendorFor } from "../roles/permission.ts";
import * as field from "../schema/fields.ts";
import { uploadInventory } from "./upload.ts";
import type { LineFormat } from "./read-lines.ts";

/** Each keeps a connection to Postgres for as long as its client is sending. */
const UPLOADS_AT_ONCE = 2;

const FORMATS: Readonly<Record<string, LineFormat>> = {
  "text/csv": "csv",
  "application/x-ndjson": "ndjson",
};

const query = z.strictObject({
  vendor_id: field.id.optional(),
  all_or_nothing: z
    .enum(["true", "false"])
    .default("false")
    .transform((value) => value === "true"),
});

const headers = z.object({ "idempotency-key": field.idempotencyKey.optional() });

export interface InventoryUploads {
  contextOf: (request: FastifyRequest) => Promise<Context>;
  maximumBytes: number;
  maximumLines: number;
}

/** `POST /inventory/bulk`: a vendor's items as CSV or JSON lines, read as they arrive. */
export function serveInventoryUploads(
  app: FastifyInstance,
  { contextOf, maximumBytes, maximumLines }: InventoryUploads,
  done: () => void,
): void {
  let underWay = 0;
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(Object.keys(FORMATS), (_request, payload, parsed) => {
    parsed(null, payload);
  });
  app.post("/inventory/bulk", async (request, reply) => {
    const context = await contextOf(request);
    requireRole(context.caller, ["vendor", "admin"]);
    await context.limits?.admit({ path: "inventory.bulk", type: "mutation" });
    const { vendor_id: named, all_or_nothing: allOrNothing } = checked(query, request.query);
    const { "idempotency-key": idempotencyKey } = checked(headers, request.headers);
    const vendorId = vendorFor(context.caller, named);
    if (underWay >= UPLOADS_AT_ONCE) throw busy();
    underWay += 1;
    try {
      const { status, answer } = await uploadInventory(context, {
        vendorId,
        format: formatOf(request),
        body: request.body as AsyncIterable<Buffer>,
        allOrNothing,
        idempotencyKey,
        acting: { actor: nameOfCaller(context.caller), reason: "bulk upload" },
        maximumBytes,
        maximumLines,
      });
      return await reply.code(status).send(answer);
    } catch (error) {
      // Nobody reads what the client may still be sending.
      reply.header("connection", "close");
      throw error instanceof TRPCError ? error : translateFailure(internal(error));
    } finally {
      underWay -= 1;
    }
  });
  done();
}

function internal(cause: unknown): TRPCError {
  return new TRPCError({ code: "INTERNAL_SERVER_ERROR", cause });
}

function checked<Value>(schema: z.ZodType<Value>, input: unknown): Value {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new TRPCError({ code: "BAD_REQUEST", cause: parsed.error });
}

function formatOf(request: FastifyRequest): LineFormat {
  const [type = ""] = (request.headers["content-type"] ?? "").split(";");
  const format = FORMATS[type.trim().toLowerCase()];
  if (format !== undefined) return format;
  throw new ShopError("INPUT_INVALID", "The body is neither CSV nor JSON lines.", {
    hint: `Send it with the header content-type: ${Object.keys(FORMATS).join(" or ")}.`,
  });
}

function busy(): ShopError {
  return new ShopError("SERVICE_UNAVAILABLE", "Other uploads are under way.", {
    hint: "Try again in a moment, with the same idempotency key.",
  });
}
