import { TRPCError } from "@trpc/server";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { z } from "zod";
import type { Context } from "../context.ts";
import { ShopError } from "../errors.ts";
import { translateFailure } from "../failures.ts";
import { nameOfCaller } from "../roles/caller.ts";
import { requireRole, vendorFor } from "../roles/permission.ts";
import { refuseForeignNames, restInputError } from "../rest/rest-input-error.ts";
import type { LineFormat } from "./read-lines.ts";
import {
  UPLOAD_FORMATS,
  UPLOAD_PATH,
  UPLOAD_ROLES,
  uploadHeaders,
  uploadQuery,
} from "./request.ts";
import { uploadInventory } from "./upload.ts";

/** Each keeps a connection to Postgres for as long as its client is sending. */
const UPLOADS_AT_ONCE = 2;
/** For whom there is no room: about as long as a large upload takes. */
const RETRY_AFTER_SECONDS = 5;

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
  app.addContentTypeParser("*", (_request, payload, parsed) => {
    parsed(null, payload);
  });
  app.post(UPLOAD_PATH, async (request, reply) => {
    const context = await contextOf(request);
    requireRole(context.caller, UPLOAD_ROLES);
    await context.limits?.admit({ path: "inventory.bulk", type: "mutation" });
    refuseForeignNames(request.query);
    const { vendor_id: named, all_or_nothing: allOrNothing } = checked(uploadQuery, request.query);
    const { "idempotency-key": idempotencyKey } = checked(uploadHeaders, request.headers);
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
  throw restInputError(parsed.error);
}

function formatOf(request: FastifyRequest): LineFormat {
  const [type = ""] = (request.headers["content-type"] ?? "").split(";");
  const format = UPLOAD_FORMATS[type.trim().toLowerCase()];
  if (format !== undefined) return format;
  throw new ShopError("INPUT_INVALID", "The body is neither CSV nor JSON lines.", {
    code: "UNSUPPORTED_MEDIA_TYPE",
    hint: `Send it with the header content-type: ${Object.keys(UPLOAD_FORMATS).join(" or ")}.`,
  });
}

function busy(): ShopError {
  return new ShopError("SERVICE_UNAVAILABLE", "Other uploads are under way.", {
    hint: "Try again in a moment, with the same idempotency key.",
    details: { retryAfterSeconds: RETRY_AFTER_SECONDS },
  });
}
