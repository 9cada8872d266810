import type { KillPoint } from "../../checkout/kill-points.ts";
import type { Owner, ShopState, User } from "./state.ts";

/** Units of an item. */
export interface Wanted {
  readonly item: number;
  readonly quantity: number;
}

export type Operation =
  | { readonly does: "add" | "change"; readonly owner: Owner; readonly wanted: Wanted }
  | { readonly does: "remove"; readonly owner: Owner; readonly item: number }
  | { readonly does: "clear"; readonly owner: Owner }
  | { readonly does: "merge" | "look"; readonly user: User }
  | Purchase
  /** Sends an earlier request again. */
  | { readonly does: "retry"; readonly which: number }
  | {
      readonly does: "refund";
      readonly which: number;
      readonly wanted: Wanted;
      readonly key: string;
      readonly dies?: KillPoint;
    }
  | { readonly does: "price"; readonly item: number; readonly cents: number }
  | { readonly does: "archive" | "restore"; readonly item: number }
  | { readonly does: "wait"; readonly days: number }
  /** All that is reserved runs out of its time, as does what a sweeper may have to itself. */
  | { readonly does: "time out" }
  | { readonly does: "sweep" };

/** Buys what the user saw last, under a new key. The service dies at `dies`, if it gets there. */
export interface Purchase {
  readonly does: "buy";
  readonly user: User;
  readonly key: string;
  readonly dies?: KillPoint;
  /** For the model alone: the cart changes after the stock is reserved and before it is bought. */
  readonly foiled?: true;
}

/** `done` with or without a change, `refused` with nothing changed for the caller, or `died` without an answer. */
export type Answer = "done" | "refused" | "died";

export interface Applied {
  readonly state: ShopState;
  readonly answer: Answer;
}

export function done(state: ShopState): Applied {
  return { state, answer: "done" };
}

export function refused(state: ShopState): Applied {
  return { state, answer: "refused" };
}
