import { ShopError } from "../errors.ts";
import type { Caller, Role } from "./caller.ts";

/** Throws UNAUTHORIZED where a token would help, FORBIDDEN where only another role would. */
export function requireRole(caller: Caller, roles: readonly Role[]): void {
  if (roles.includes(caller.role)) return;
  if (caller.role === "anonymous") throw unauthorized();
  throw forbidden(`This is not for a ${caller.role}.`, `It is for: ${roles.join(", ")}.`);
}

/** The customer whom a call is about: the caller, or the one that an admin names. */
export function customerFor(caller: Caller, named: number | undefined): number {
  const own = caller.role === "customer" ? caller.customerId : undefined;
  return subjectOf(caller, { kind: "customer", field: "userId", own, named });
}

/** The vendor whom a call is about: the caller, or the one that an admin names. */
export function vendorFor(caller: Caller, named: number | undefined): number {
  const own = caller.role === "vendor" ? caller.vendorId : undefined;
  return subjectOf(caller, { kind: "vendor", field: "vendorId", own, named });
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
    throw new ShopError("INPUT_INVALID", `The input is not valid (${field}: is missing).`, {
      hint: `An admin names the ${kind} in ${field}.`,
      details: { issues: [{ path: field, message: `an admin names the ${kind}` }] },
    });
  }
  if (own === undefined) throw caller.role === "anonymous" ? unauthorized() : notYours(kind);
  if (named !== undefined && named !== own) throw notYours(kind);
  return own;
}

export function notYours(kind: Subject["kind"]): ShopError {
  return forbidden(
    `This belongs to another ${kind}.`,
    `Sign in as that ${kind}, or leave the id out to reach what is your own.`,
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
