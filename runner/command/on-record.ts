import { randomUUID } from "node:crypto";
import { userInfo } from "node:os";
import path from "node:path";
import type { AskedQuery, AuditTrail, QueryOutcome } from "../core/audit.ts";
import { messageOf } from "../core/caught.ts";
import { Failure } from "../core/diagnostic.ts";
import { openAuditTrail } from "../record/audit-trail.ts";
import type { Target } from "./target.ts";

/** The folder in which a project on this machine keeps what it was asked. */
export function auditFolder({ home }: Pick<Target, "home">): string {
  return path.join(home, "audit");
}

/** What a project on this machine was asked; one that does not say who may see what keeps nothing. */
export function auditTrailOf(target: Pick<Target, "home" | "hasAccess">): AuditTrail {
  if (target.hasAccess) return openAuditTrail(auditFolder(target));
  return { begin: () => Promise.resolve(), end: () => Promise.resolve() };
}

type Question = Omit<AskedQuery, "id" | "at" | "osUser">;

type ReadParts = Pick<QueryOutcome, "relations" | "columns">;

/** Asks a question that is on record before it is asked; how it ends is on record before this returns. */
export async function onRecord<Answer>(
  trail: AuditTrail,
  question: Question,
  ask: (
    tellRead: (read: ReadParts) => void,
  ) => Promise<{ readonly answer: Answer; readonly rows: number }>,
): Promise<Answer> {
  const id = randomUUID();
  const began = performance.now();
  await trail.begin({
    id,
    at: new Date().toISOString(),
    ...question,
    osUser: operatingSystemUser(),
  });
  let read: ReadParts = {};
  const end = (outcome: Pick<QueryOutcome, "outcome" | "rows" | "cause">) => {
    const milliseconds = Math.round(performance.now() - began);
    return trail.end(id, { ...outcome, ...read, milliseconds });
  };
  try {
    const { answer, rows } = await ask((found) => (read = found));
    await end({ outcome: "answered", rows });
    return answer;
  } catch (error) {
    const cause = messageOf(error).split("\n")[0] ?? "";
    await end({ outcome: isRefusal(error) ? "refused" : "failed", rows: 0, cause });
    throw error;
  }
}

function isRefusal(error: unknown): boolean {
  return (
    error instanceof Failure && error.diagnostics.some(({ code }) => code.startsWith("ACCESS_"))
  );
}

/** Who asks: as they say, or else the user of the operating system. */
export function askingUser(user: string | undefined): string {
  const named = user ?? process.env.MERCADO_USER;
  return named === undefined || named === "" ? operatingSystemUser() : named;
}

function operatingSystemUser(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number that no user has.
    return String(process.getuid?.() ?? "unknown");
  }
}
