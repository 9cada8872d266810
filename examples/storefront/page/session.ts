/** Who has signed in, as the token says; the shop alone decides whether it is good. */
export interface Session {
  token: string;
  customerId: number;
}

const TOKEN = "mercado.token";

function claimsOf(token: string): { role?: unknown; customer_id?: unknown; exp?: unknown } | null {
  const [, payload = ""] = token.split(".");
  try {
    const bytes = Uint8Array.from(
      atob(payload.replaceAll("-", "+").replaceAll("_", "/")),
      (character) => character.codePointAt(0) ?? 0,
    );
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof claims === "object" ? claims : null;
  } catch {
    return null;
  }
}

/** The session that a token opens, or why it cannot, for people. */
export function readToken(text: string): Session | string {
  const token = text.trim().replace(/^bearer\s+/i, "");
  const claims = claimsOf(token);
  if (claims === null) return "This is not a token. Copy the whole line that npm run token prints.";
  if (claims.role !== "customer" || typeof claims.customer_id !== "number") {
    return "This is not a customer's token; shopping needs one.";
  }
  if (typeof claims.exp === "number" && claims.exp * 1_000 < Date.now()) {
    return "This token has expired. Make a new one with npm run token.";
  }
  return { token, customerId: claims.customer_id };
}

/** Kept for this tab, over reloads. */
export function currentSession(): Session | null {
  const stored = sessionStorage.getItem(TOKEN);
  const session = stored === null ? "absent" : readToken(stored);
  return typeof session === "string" ? null : session;
}

export function keepSession(session: Session | null): void {
  if (session === null) sessionStorage.removeItem(TOKEN);
  else sessionStorage.setItem(TOKEN, session.token);
}
