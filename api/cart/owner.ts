import { randomUUID } from "node:crypto";
import { ShopError } from "../errors.ts";
import type { Caller } from "../roles/caller.ts";
import { customerFor } from "../roles/permission.ts";
import type { CartOwner } from "../values/cart.ts";

export interface NamedOwner {
  readonly userId?: number | undefined;
  readonly guestId?: string | undefined;
}

/** Whose cart a call is about. A guest's id is the right to its cart, whoever sends it. */
export function ownerFor(caller: Caller, { userId, guestId }: NamedOwner): CartOwner {
  if (guestId !== undefined) return { guestId };
  if (caller.role !== "anonymous" || userId !== undefined) {
    return { userId: customerFor(caller, userId) };
  }
  throw new ShopError("UNAUTHORIZED", "Nobody has signed in, and no guest is named.", {
    hint: "Sign in, or send the guestId that cart.createGuest gives.",
  });
}

/** Like {@link ownerFor}; an anonymous caller who names nobody is a new guest. */
export function ownerOrNewGuest(caller: Caller, named: NamedOwner): CartOwner {
  const unknown = named.userId === undefined && named.guestId === undefined;
  return caller.role === "anonymous" && unknown ? newGuest() : ownerFor(caller, named);
}

/** Nothing is stored for a guest without a cart. */
export function newGuest(): { guestId: string } {
  return { guestId: randomUUID() };
}
