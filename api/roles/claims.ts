import type { JWTPayload } from "jose";
import { z } from "zod";
import type { Caller } from "./caller.ts";

const id = z.int().min(1).max(2_147_483_647);

const claims = z.discriminatedUnion("role", [
  z.object({ role: z.literal("customer"), customer_id: id }),
  z.object({ role: z.literal("vendor"), vendor_id: id }),
  z.object({ role: z.literal("admin") }),
]);

/** What a token says of its bearer beside the registered claims; undefined when it names no role of the shop. */
export function callerFrom(payload: JWTPayload): Caller | undefined {
  const parsed = claims.safeParse(payload);
  if (!parsed.success) return undefined;
  switch (parsed.data.role) {
    case "customer":
      return { role: "customer", customerId: parsed.data.customer_id };
    case "vendor":
      return { role: "vendor", vendorId: parsed.data.vendor_id };
    case "admin":
      return { role: "admin" };
  }
}

export type SignedIn = Exclude<Caller, { role: "anonymous" }>;

export function claimsOf(caller: SignedIn): JWTPayload {
  switch (caller.role) {
    case "customer":
      return { role: "customer", customer_id: caller.customerId };
    case "vendor":
      return { role: "vendor", vendor_id: caller.vendorId };
    case "admin":
      return { role: "admin" };
  }
}
