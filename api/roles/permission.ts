import { ShopError } from "../errors.ts";
import type { Caller, Role } from "./caller.ts";

/** Throws UNAUTHORIZED where a token would help, FORBIDDEN where only another role would. */
export function requireRole(caller: Caller, roles: readonly Role[]): void {
  if (roles.includes(caller.role)) return;
  if (caller.role === "anonymous") throw unauthorized();
  throw forbidden(`This is not for a ${caller.role}.`, `It is for: ${roles.join(", ")}.`);
}

/** The customer whom a call is about: the caller, or the one that an admin names in `field`. */
export function customerFor(caller: Caller, named: number | undefined, field = "userId"): number {
  const own = caller.role === "customer" ? caller.customerId : undefined;
  return subjectOf(caller, { kind: "customer", field, own, named });
}

/** The vendor whom a call is about: the caller, or the one that an admin names. */
export function vendorFor(caller: Caller, named: number | undefined): number {
  const own = caller.role === "vendor" ? caller.vendorId : undefined;
  return subjectOf(caller, { kind: "vendor", field: "vendorId", own, named });
}

/** The vendor whom somebody looks at: the one that is named in `id`, or the caller. */
export function vendorToShow(caller: Caller, named: number | undefined): number {
  if (named !== undefined) return named;
  if (caller.role === "vendor") return caller.vendorId;
  throw nobodyNamed("vendor", "id");
}

interface Subject {
  readonly kind: "customer" | "vendor";
  readonly field: string;
  readonly own: number | undefined;
  readonly named: number | undefined;
}

function subjectOf(caller: Caller, { kind, field, own, named }: Subject): number {
  if (caller.role === "admin") {
    if (named !== undefined) return named;
    throw nobodyNamed(kind, field);
  }
  if (own === undefined) throw caller.role === "anonymous" ? unauthorized() : notYours(kind);
  if (named !== undefined && named !== own) throw notYours(kind);
  return own;
}

function nobodyNamed(kind: Subject["kind"], field: string): ShopError {
  return new ShopError("INPUT_INVALID", `The input is not valid (${field}: is missing).`, {
    hint: `Name the ${kind} in ${field}: only who is signed in as a ${kind} may leave it out.`,
    details: { issues: [{ path: field, message: "is missing" }] },
  });
}

function notYours(kind: Subject["kind"]): ShopError {
  return forbidden(
    `This belongs to another ${kind}.`,
    `Sign in as that ${kind}, or leave the id out to reach what is your own.`,
  );
}

export function itemNotYours(): ShopError {
  return forbidden(
    "This item belongs to another vendor.",
    "Sign in as that vendor, or name an item of your own.",
  );
}

function forbidden(message: string, hint: string): ShopError {
  return new ShopError("FORBIDDEN", message, { hint });
}

function unauthorized(): ShopError {
  return new ShopError("UNAUTHORIZED", "This needs somebody who has signed in.", {
    hint: "Send the header Authorization: Bearer <token>.",
  });
}
