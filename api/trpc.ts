import { initTRPC } from "@trpc/server";
import { z } from "zod";
import type { Context } from "./context.ts";
import { describeFailure, translateFailure } from "./failures.ts";
import { withinLimits } from "./limits/call-limits.ts";
import type { Role } from "./roles/caller.ts";
import { customerFor, requireRole, vendorFor } from "./roles/permission.ts";
import * as field from "./schema/fields.ts";
import { optional } from "./schema/inputs/common.ts";
import { failedRequestOf } from "./trace/failed-request.ts";

/** What is known of a procedure without calling it. */
export interface ProcedureMeta {
  /** Who may call it at all; what of it they reach is their own, except for an admin. */
  readonly roles: readonly Role[];
}

const trpc = initTRPC
  .context<Context>()
  .meta<ProcedureMeta>()
  .create({
    isDev: false,
    defaultMeta: { roles: [] },
    errorFormatter({ shape, error }) {
      const { message, mercado, hint, details } = describeFailure(error);
      const requestId = failedRequestOf(error);
      return { ...shape, message, data: { ...shape.data, mercado, hint, details, requestId } };
    },
  });

export const router = trpc.router;
export const createCallerFactory = trpc.createCallerFactory;

/**
 * Base of every procedure: calls are limited, only the roles in its meta get through, and failures of the databases
 * become failures of the API. Nobody is let in where a procedure names no roles.
 */
const procedure = trpc.procedure.use(async ({ ctx, meta, path, type, next }) => {
  await ctx.limits?.admit({ path, type });
  requireRole(ctx.caller, meta?.roles ?? []);
  const result = await (ctx.limits === undefined ? next() : withinLimits(next(), ctx.limits));
  if (!result.ok) throw translateFailure(result.error);
  return result;
});

/** For everybody, signed in or not. */
export const publicProcedure = procedure.meta({
  roles: ["anonymous", "customer", "vendor", "admin"],
});

export const adminProcedure = procedure.meta({ roles: ["admin"] });

/** About what is a customer's and named by an id of its own: the procedure itself looks whose it is. */
export const ownThingsProcedure = procedure.meta({ roles: ["customer", "admin"] });

/**
 * About one customer, in `ctx.customerId`: the caller, who may leave `userId` out of the input, or whom an admin names
 * in it. Anybody else's id is refused.
 */
export const customerProcedure = procedure
  .meta({ roles: ["customer", "admin"] })
  .input(optional(z.object({ userId: field.id.optional() })))
  .use(({ ctx, input, next }) =>
    next({ ctx: { customerId: customerFor(ctx.caller, input.userId) } }),
  );

/**
 * About one vendor, in `ctx.vendorId`: the caller, who may leave `vendorId` out of the input, or whom an admin names in
 * it. Anybody else's id is refused.
 */
export const vendorProcedure = procedure
  .meta({ roles: ["vendor", "admin"] })
  .input(optional(z.object({ vendorId: field.id.optional() })))
  .use(({ ctx, input, next }) =>
    next({ ctx: { vendorId: vendorFor(ctx.caller, input.vendorId) } }),
  );

/** About things of vendors: `ctx.onlyVendorId` is whose they must be, or null for an admin, who reaches all. */
export const ownItemsProcedure = procedure
  .meta({ roles: ["vendor", "admin"] })
  .use(({ ctx, next }) =>
    next({ ctx: { onlyVendorId: ctx.caller.role === "vendor" ? ctx.caller.vendorId : null } }),
  );
