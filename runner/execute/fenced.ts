import { messageOf } from "../core/caught.ts";
import { Failure } from "../core/diagnostic.ts";
import type { Lease } from "../core/lease.ts";

/** A transaction that failed because the lease is gone is told so: no other cause matters then. */
export async function fenced(lease: Lease, transaction: () => Promise<void>): Promise<void> {
  try {
    await transaction();
  } catch (error) {
    if (await lease.isHeld().catch(() => true)) throw error;
    const message = "Another run has taken the warehouse over, so that this one may not publish.";
    const hint = "Nothing was published. See what the other did: runner runs";
    throw new Failure([{ code: "LEASE_LOST", message, cause: messageOf(error), hint }], 1);
  }
}
