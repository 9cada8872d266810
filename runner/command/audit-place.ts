import { userInfo } from "node:os";
import path from "node:path";
import type { AuditTrail } from "../core/audit.ts";
import { openAuditTrail } from "../record/audit-trail.ts";
import type { Target } from "./target.ts";

/** The folder in which a project on this machine keeps what it was asked. */
export function auditFolder({ home }: Pick<Target, "home">): string {
  return path.join(home, "audit");
}

export function auditTrailOf(target: Pick<Target, "home">): AuditTrail {
  return openAuditTrail(auditFolder(target));
}

/** Who runs this process, to the operating system. */
export function operatingSystemUser(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number that no user has.
    return String(process.getuid?.() ?? "unknown");
  }
}
