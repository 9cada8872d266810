import { Failure } from "../diagnostic.ts";

/** The failure that an action ends with; that it ends well is an error. */
export async function failureOf(action: Promise<unknown>): Promise<Failure> {
  const outcome = await action.then(
    () => "nothing failed",
    (error: unknown) => error,
  );
  if (outcome instanceof Failure) return outcome;
  throw new Error("expected a Failure", { cause: outcome });
}
