import { initTRPC } from "@trpc/server";
import type { Context } from "./context.ts";
import { describeFailure, translateFailure } from "./failures.ts";

const trpc = initTRPC.context<Context>().create({
  isDev: false,
  errorFormatter({ shape, error }) {
    const { message, mercado, hint, details } = describeFailure(error);
    return { ...shape, message, data: { ...shape.data, mercado, hint, details } };
  },
});

export const router = trpc.router;

/** Base of every procedure: failures of the databases become failures of the API. */
export const procedure = trpc.procedure.use(async ({ next }) => {
  const result = await next();
  if (!result.ok) throw translateFailure(result.error);
  return result;
});

export const createCallerFactory = trpc.createCallerFactory;
