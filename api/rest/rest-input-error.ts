import { TRPCError } from "@trpc/server";
import type { ZodError } from "zod";
import { ShopError } from "../errors.ts";
import { describeFailure } from "../failures.ts";
import { findForeignName } from "./names.ts";

/** A request that no procedure has seen; it speaks in the words of REST already. */
export class RestInputError extends ShopError {
  constructor(message: string, details: unknown = { issues: [] }) {
    super("INPUT_INVALID", message, {
      hint: "Every path and its fields are described at /openapi.json.",
      details,
    });
  }
}

/** Refuses names that no REST path knows, such as those of the procedures. */
export function refuseForeignNames(sent: unknown): void {
  const foreign = findForeignName(sent);
  if (foreign === undefined) return;
  const path = foreign.slice(0, 100);
  throw new RestInputError(`There is no field ${path}: names are in snake_case.`, {
    issues: [{ path, message: "is not known" }],
  });
}

/** Of a schema whose names are those of REST. */
export function restInputError(cause: ZodError): RestInputError {
  const { message, details } = describeFailure(new TRPCError({ code: "BAD_REQUEST", cause }));
  return new RestInputError(message, details);
}
