import { setTimeout as sleep } from "node:timers/promises";
import { ShopError } from "../errors.ts";

const ATTEMPTS = 12;

/** What a look at the carts led to: a result that holds already, or one that holds when `write` answers true. */
export interface Attempt<Result> {
  readonly result: Result;
  /** False: the carts are no longer those that were looked at. */
  readonly write?: () => Promise<boolean>;
}

/**
 * Looks and writes until nobody comes in between, with growing, jittered pauses (about 1 s in all). `attempt` must
 * recognise its own earlier write: one whose answer was lost may have been carried out.
 */
export async function settle<Result>(attempt: () => Promise<Attempt<Result>>): Promise<Result> {
  let lost: { error: unknown } | undefined;
  for (let round = 0; round < ATTEMPTS; round += 1) {
    const { result, write } = await attempt();
    if (write === undefined) return result;
    if (lost !== undefined) throw lost.error;
    try {
      if (await write()) return result;
      await sleep(Math.random() * Math.min(200, 10 * 2 ** round));
    } catch (error) {
      lost = { error };
    }
  }
  throw new ShopError("CART_CHANGED", "The cart keeps changing at the same time.", {
    hint: "Send the same change again in a moment.",
  });
}
