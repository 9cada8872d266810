import type { Caller } from "./caller.ts";
import { requireRole } from "./permission.ts";

/** Whether the caller sees what this vendor has, or the vendor itself, once it is archived. */
export function seesArchived(caller: Caller, vendorId: number): boolean {
  return caller.role === "admin" || (caller.role === "vendor" && caller.vendorId === vendorId);
}

/** Whose archived items the caller sees. */
export function archivedItemsFor(caller: Caller): "everybody" | { vendorId: number } {
  requireRole(caller, ["vendor", "admin"]);
  return caller.role === "vendor" ? { vendorId: caller.vendorId } : "everybody";
}
