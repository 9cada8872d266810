import type { Context } from "../context.ts";
import { appRouter } from "../router.ts";
import { createCallerFactory } from "../trpc.ts";

const createCaller = createCallerFactory(appRouter);

/** Every procedure, called without HTTP but with one request's context: its roles, limits and failures are the same. */
export type ShopCaller = ReturnType<typeof createCaller>;

export function callShopAs(context: Context): ShopCaller {
  return createCaller(context);
}

/** Calls the procedure of this name, which checks the input by itself. */
export async function callProcedure(
  shop: ShopCaller,
  path: string,
  input: unknown,
): Promise<unknown> {
  const procedure = path
    .split(".")
    .reduce<unknown>((node, name) => (node as Record<string, unknown>)[name], shop);
  return (procedure as (input: unknown) => Promise<unknown>)(input);
}
