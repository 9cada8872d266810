import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type CryptoKey } from "jose";
import { failureOf } from "../testing.ts";
import { openAuthentication } from "./authentication.ts";
import { claimsOf, type SignedIn } from "./claims.ts";
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
  let provider: { url: string; close: () => void };
  let privateKey: CryptoKey;
  beforeAll(async () => {
    const pair = await generateKeyPair("ES256");
    ({ privateKey } = pair);
    const keys = JSON.stringify({ keys: [{ ...(await exportJWK(pair.publicKey)), kid: "one" }] });
    const server = createServer((_request, response) => response.end(keys));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    provider = { url: `http://127.0.0.1:${port}/keys`, close: () => server.close() };
  });
  afterAll(() => {
    provider.close();
  });

  const sign = (key: CryptoKey) =>
    new SignJWT(claimsOf({ role: "vendor", vendorId: 9 }))
      .setProtectedHeader({ alg: "ES256", kid: "one" })
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

  test("while it cannot be reached nobody is told that the token is bad", async () => {
    const away = openAuthentication({ kind: "jwks", url: "http://127.0.0.1:9/keys" });
    expect(await failureOf(away(`Bearer ${await sign(privateKey)}`))).toBe("SERVICE_UNAVAILABLE");
  });
});
