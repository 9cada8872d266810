import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type CryptoKey } from "jose";
import { failureOf } from "../testing.ts";
import { openAuthentication } from "./authentication.ts";
import { claimsOf, type SignedIn } from "./claims.ts";
import { NEW_KEYS_MILLISECONDS } from "./provider-keys.ts";
import { signToken } from "./sign-token.ts";

const secret = "a secret of more than thirty-two bytes";
const authenticate = openAuthentication({ kind: "secret", secret, issuer: "shop" });
const callers: SignedIn[] = [
  { role: "customer", customerId: 12 },
  { role: "vendor", vendorId: 3 },
  { role: "admin" },
];

describe("with a shared secret", () => {
  test.each(callers)(
    "a token of $role is told apart, in whatever case the scheme is",
    async (caller) => {
      const token = await signToken(caller, { secret, issuer: "shop" });
      expect(await authenticate(`Bearer ${token}`)).toEqual(caller);
      expect(await authenticate(`bearer ${token}`)).toEqual(caller);
    },
  );

  test("no token is nobody in particular", async () => {
    expect(await authenticate(undefined)).toEqual({ role: "anonymous" });
  });

  const sign = (claims: Record<string, unknown>, key = secret) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: "HS256" })
      .setAudience("mercado")
      .setIssuer("shop")
      .setExpirationTime("1h")
      .sign(new TextEncoder().encode(key));
  const admin = { role: "admin" };
  test.each<[why: string, token: () => Promise<string>]>([
    ["of another secret", () => sign(admin, "another secret of thirty-two bytes or more")],
    ["without a role", () => sign({})],
    ["of a role that the shop does not have", () => sign({ role: "root" })],
    ["of a customer without an id", () => sign({ role: "customer" })],
    ["of a customer with an id that is text", () => sign({ role: "customer", customer_id: "1" })],
    ["of a customer with a vendor's id", () => sign({ role: "customer", vendor_id: 1 })],
    [
      "that has expired",
      () => signToken({ role: "admin" }, { secret, issuer: "shop", seconds: -60 }),
    ],
    [
      "for another audience",
      () => signToken({ role: "admin" }, { secret, issuer: "shop", audience: "x" }),
    ],
    ["of another issuer", () => signToken({ role: "admin" }, { secret, issuer: "x" })],
    ["without an issuer", () => signToken({ role: "admin" }, { secret })],
    [
      "that never expires",
      () =>
        new SignJWT(admin)
          .setProtectedHeader({ alg: "HS256" })
          .setAudience("mercado")
          .setIssuer("shop")
          .sign(new TextEncoder().encode(secret)),
    ],
    [
      "that is not signed",
      () =>
        Promise.resolve(
          new UnsecuredJWT(admin)
            .setAudience("mercado")
            .setIssuer("shop")
            .setExpirationTime("1h")
            .encode(),
        ),
    ],
    [
      "whose content was changed",
      async () => {
        const [header, , signature] = (await sign({ role: "customer", customer_id: 1 })).split(".");
        const payload = (await sign(admin)).split(".")[1];
        return [header, payload, signature].join(".");
      },
    ],
    ["of no form at all", () => Promise.resolve("token")],
    ["beyond all size", () => Promise.resolve("x".repeat(9_000))],
  ])("a token %s is refused", async (_why, token) => {
    expect(await failureOf(authenticate(`Bearer ${await token()}`))).toBe("TOKEN_INVALID");
  });

  test.each(["", "Bearer", "Basic dXNlcjpwYXNz", "Bearer a b"])(
    "an Authorization header %j is refused rather than taken for none",
    async (header) => {
      expect(await failureOf(authenticate(header))).toBe("TOKEN_INVALID");
    },
  );
});

test("in development no token is an admin, and a bad one is refused all the same", async () => {
  const develop = openAuthentication({ kind: "development", secret });
  expect(await develop(undefined)).toEqual({ role: "admin" });
  const caller: SignedIn = { role: "customer", customerId: 1 };
  expect(await develop(`Bearer ${await signToken(caller, { secret })}`)).toEqual(caller);
  expect(await failureOf(develop("Bearer x.y.z"))).toBe("TOKEN_INVALID");
});

describe("with an identity provider's public keys", () => {
  let provider: { url: string; keys: string; status: number; close: () => void };
  let keysOfOne: string;
  let privateKey: CryptoKey;
  beforeAll(async () => {
    const pair = await generateKeyPair("ES256");
    ({ privateKey } = pair);
    keysOfOne = JSON.stringify({ keys: [{ ...(await exportJWK(pair.publicKey)), kid: "one" }] });
    const server = createServer((_request, response) => {
      response.statusCode = provider.status;
      response.end(provider.keys);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/keys`;
    provider = { url, keys: keysOfOne, status: 200, close: () => server.close() };
  });
  beforeEach(() => {
    Object.assign(provider, { keys: keysOfOne, status: 200 });
  });
  afterAll(() => {
    provider.close();
  });

  const sign = (key: CryptoKey, id = "a token", kid = "one") =>
    new SignJWT(claimsOf({ role: "vendor", vendorId: 9 }))
      .setJti(id)
      .setProtectedHeader({ alg: "ES256", kid })
      .setAudience("mercado")
      .setExpirationTime("1h")
      .sign(key);

  test("a token that it signed is good, and one that another signed is not", async () => {
    const fromKeys = openAuthentication({ kind: "jwks", url: provider.url });
    expect(await fromKeys(`Bearer ${await sign(privateKey)}`)).toEqual({
      role: "vendor",
      vendorId: 9,
    });
    const other = await generateKeyPair("ES256");
    expect(await failureOf(fromKeys(`Bearer ${await sign(other.privateKey)}`))).toBe(
      "TOKEN_INVALID",
    );
  });

  test("its public key is no secret: a token signed with it as one is refused", async () => {
    const text = await (await fetch(provider.url)).text();
    const forged = await signToken({ role: "admin" }, { secret: text });
    const fromKeys = openAuthentication({ kind: "jwks", url: provider.url });
    expect(await failureOf(fromKeys(`Bearer ${forged}`))).toBe("TOKEN_INVALID");
  });

  describe("that are looked at again by and by", () => {
    const caller = { role: "vendor", vendorId: 9 };

    function shopWithClock() {
      const time = { now: Date.now() };
      const settings = { kind: "jwks", url: provider.url } as const;
      return { time, authenticate: openAuthentication(settings, () => new Date(time.now)) };
    }

    test("a key that was withdrawn is good for a minute at most, however busy its token is", async () => {
      const { time, authenticate } = shopWithClock();
      const start = time.now;
      const token = `Bearer ${await sign(privateKey)}`;
      expect(await authenticate(token)).toEqual(caller);
      // As old as keys can be when a token is verified with them.
      time.now = start + 29_999;
      const another = `Bearer ${await sign(privateKey, "another")}`;
      expect(await authenticate(another)).toEqual(caller);
      provider.keys = JSON.stringify({ keys: [] });
      for (let elapsed = 30_000; elapsed < 60_000; elapsed += 5_000) {
        time.now = start + elapsed;
        expect(await failureOf(authenticate(token))).toBe("TOKEN_INVALID");
        expect(await authenticate(another)).toEqual(caller);
      }
      time.now = start + 60_000;
      expect(await failureOf(authenticate(another))).toBe("TOKEN_INVALID");
    });

    test("a token of a key that is still there stays good beyond that", async () => {
      const { time, authenticate } = shopWithClock();
      const token = `Bearer ${await sign(privateKey)}`;
      for (let asked = 0; asked < 8; asked += 1) {
        expect(await authenticate(token)).toEqual(caller);
        time.now += 20_000;
      }
    });

    test("a token signed with a new key is good as soon as its provider shows it", async () => {
      const { time, authenticate } = shopWithClock();
      expect(await authenticate(`Bearer ${await sign(privateKey)}`)).toEqual(caller);
      const next = await generateKeyPair("ES256");
      const signedAnew = `Bearer ${await sign(next.privateKey, "a token", "two")}`;
      time.now += NEW_KEYS_MILLISECONDS;
      expect(await failureOf(authenticate(signedAnew))).toBe("TOKEN_INVALID");
      const { keys } = JSON.parse(keysOfOne) as { keys: object[] };
      const added = { ...(await exportJWK(next.publicKey)), kid: "two" };
      provider.keys = JSON.stringify({ keys: [...keys, added] });
      // Tokens of no key at all do not make the shop ask again and again.
      expect(await failureOf(authenticate(signedAnew))).toBe("TOKEN_INVALID");
      time.now += NEW_KEYS_MILLISECONDS;
      expect(await authenticate(signedAnew)).toEqual(caller);
      expect(await authenticate(`Bearer ${await sign(privateKey, "later")}`)).toEqual(caller);
    });

    test("the keys that are known serve on while it is away", async () => {
      const { time, authenticate } = shopWithClock();
      const token = `Bearer ${await sign(privateKey)}`;
      expect(await authenticate(token)).toEqual(caller);
      provider.status = 503;
      time.now += 120_000;
      expect(await authenticate(token)).toEqual(caller);
    });
  });

  test.each(['{"error":"maintenance"}', "<html></html>"])(
    "while it answers something else, %s, nobody is told that the token is bad",
    async (answer) => {
      provider.keys = answer;
      const fromKeys = openAuthentication({ kind: "jwks", url: provider.url });
      const token = `Bearer ${await sign(privateKey)}`;
      expect(await failureOf(fromKeys(token))).toBe("SERVICE_UNAVAILABLE");
    },
  );

  test("while it cannot be reached nobody is told that the token is bad", async () => {
    const away = openAuthentication({ kind: "jwks", url: "http://127.0.0.1:9/keys" });
    expect(await failureOf(away(`Bearer ${await sign(privateKey)}`))).toBe("SERVICE_UNAVAILABLE");
  });
});
