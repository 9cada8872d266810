import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { SignJWT } from "jose";
import { failureOf } from "../testing.ts";
import { openAuthentication } from "./authentication.ts";
import type { Caller } from "./caller.ts";
import type { SignedIn } from "./claims.ts";
import { openKnownTokens } from "./known-tokens.ts";
import { signToken } from "./sign-token.ts";

const customer = (customerId: number): Caller => ({ role: "customer", customerId });

describe("tokens that are known", () => {
  test("are those remembered last, so that their number is bounded", () => {
    const known = openKnownTokens(() => new Date(0), 3);
    for (const id of [1, 2, 3, 4, 5]) known.remember(`token ${id}`, customer(id), 1_000);
    expect([1, 2, 3, 4, 5].filter((id) => known.find(`token ${id}`) !== undefined)).toEqual([
      3, 4, 5,
    ]);
  });

  test("are known for their own caller and time, whatever was remembered before and after", () => {
    const token = fc.record({ text: fc.string(), id: fc.nat(), goodUntil: fc.integer({ min: 1 }) });
    fc.assert(
      fc.property(fc.array(token), fc.string(), fc.nat(), (tokens, stranger, now) => {
        const known = openKnownTokens(() => new Date(now), 1_000);
        for (const { text, id, goodUntil } of tokens) known.remember(text, customer(id), goodUntil);
        for (const text of [...tokens.map((each) => each.text), stranger]) {
          const last = tokens.findLast((each) => each.text === text);
          const good = last !== undefined && now < last.goodUntil;
          expect(known.find(text)).toEqual(good ? customer(last.id) : undefined);
        }
      }),
    );
  });
});

const secret = "a secret of more than thirty-two bytes";

describe("a token that was good before", () => {
  /** One service that has seen the token while it was good, and one that sees it for the first time. */
  async function seenAndNot(seconds: number) {
    const time = { now: Date.now() };
    const clock = () => new Date(time.now);
    const seen = openAuthentication({ kind: "secret", secret }, clock);
    const token = `Bearer ${await signToken({ role: "vendor", vendorId: 3 }, { secret, seconds })}`;
    expect(await seen(token)).toEqual({ role: "vendor", vendorId: 3 });
    const fresh = () => openAuthentication({ kind: "secret", secret }, clock)(token);
    return { time, seen: () => seen(token), fresh };
  }

  test("is refused at the very moment at which it would be if it had never been seen", async () => {
    const { time, seen, fresh } = await seenAndNot(60);
    const start = time.now;
    const outcomes: string[] = [];
    for (let elapsed = 63_000; elapsed <= 67_000; elapsed += 250) {
      time.now = start + elapsed;
      outcomes.push(await failureOf(seen()));
      expect(outcomes.at(-1)).toBe(await failureOf(fresh()));
    }
    expect([outcomes[0], outcomes.at(-1)]).toEqual(["no failure", "TOKEN_INVALID"]);
  });

  test("says that it has expired, as one does that was never seen", async () => {
    const { time, seen } = await seenAndNot(60);
    time.now += 3_600_000;
    await expect(seen()).rejects.toThrow("The token has expired.");
  });

  test("lets nobody in who changed a character of it", async () => {
    const seen = openAuthentication({ kind: "secret", secret });
    const token = await signToken({ role: "admin" }, { secret });
    expect(await seen(`Bearer ${token}`)).toEqual({ role: "admin" });
    for (let index = 0; index < token.length - 1; index += 7) {
      const other = token[index] === "A" ? "B" : "A";
      const changed = token.slice(0, index) + other + token.slice(index + 1);
      expect(await failureOf(seen(`Bearer ${changed}`))).toBe("TOKEN_INVALID");
    }
    expect(await failureOf(seen(`Bearer ${token.slice(0, -1)}`))).toBe("TOKEN_INVALID");
  });

  test("stays its own caller's when many come at once, again and again", async () => {
    const authenticate = openAuthentication({ kind: "secret", secret });
    const callers = Array.from({ length: 30 }, (_, index) => customer(index + 1) as SignedIn);
    const tokens = await Promise.all(callers.map((caller) => signToken(caller, { secret })));
    for (let round = 0; round < 3; round += 1) {
      const found = tokens.map((token) => authenticate(`Bearer ${token}`));
      expect(await Promise.all(found)).toEqual(callers);
    }
  });
});

describe("a token that was bad before", () => {
  test("is good once its time has come: nothing is remembered of a refusal", async () => {
    const start = Math.floor(Date.now() / 1_000);
    const time = { now: start * 1_000 };
    const authenticate = openAuthentication({ kind: "secret", secret }, () => new Date(time.now));
    const token = await new SignJWT({ role: "admin" })
      .setProtectedHeader({ alg: "HS256" })
      .setAudience("mercado")
      .setNotBefore(start + 60)
      .setExpirationTime(start + 600)
      .sign(new TextEncoder().encode(secret));
    expect(await failureOf(authenticate(`Bearer ${token}`))).toBe("TOKEN_INVALID");
    time.now += 60_000;
    expect(await authenticate(`Bearer ${token}`)).toEqual({ role: "admin" });
  });
});
