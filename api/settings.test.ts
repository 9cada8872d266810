import { describe, expect, test } from "@jest/globals";
import { DEFAULT_CART_LIFETIMES } from "./cart/lifetime.ts";
import { SERVING_DEFAULTS } from "./http/settings.ts";
import { RATE_LIMITS } from "./limits/rate-limits.ts";
import { readSettings } from "./settings.ts";

test("without a setting the service listens on loopback, port 8000, and has databases provided", () => {
  expect(readSettings({})).toEqual({
    postgresUrl: undefined,
    dynamodb: undefined,
    tableName: undefined,
    host: "127.0.0.1",
    port: 8000,
    logLevel: "info",
    cartLifetimes: DEFAULT_CART_LIFETIMES,
    serving: SERVING_DEFAULTS,
    checkout: { sweepSeconds: 30, cancellationMinutes: 30 },
    authentication: undefined,
  });
});

test("an empty variable, as docker compose passes it on, counts as absent", () => {
  expect(readSettings({ MERCADO_POSTGRES_URL: "", MERCADO_API_PORT: "" })).toEqual(
    readSettings({}),
  );
});

test("a local DynamoDB is reached with the keys that are named", () => {
  const named = {
    MERCADO_DYNAMODB_ENDPOINT: "http://dynamodb:8000",
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "key",
    AWS_SECRET_ACCESS_KEY: "secret",
  };
  expect(readSettings(named).dynamodb).toEqual({
    endpoint: "http://dynamodb:8000",
    region: "eu-west-1",
    accessKeyId: "key",
    secretAccessKey: "secret",
  });
});

test("on AWS the credentials are left to the SDK, which knows of roles and session tokens", () => {
  const named = {
    MERCADO_DYNAMODB_ENDPOINT: "aws",
    AWS_ACCESS_KEY_ID: "key",
    AWS_SECRET_ACCESS_KEY: "s",
  };
  expect(readSettings(named).dynamodb).toEqual({ region: "us-east-1" });
});

test.each(["ab", "my table", "t".repeat(256), "shop/carts"])(
  "%j is refused as a table's name, as AWS would refuse it later",
  (name) => {
    expect(() => readSettings({ MERCADO_DYNAMODB_TABLE: name })).toThrow(
      /MERCADO_DYNAMODB_TABLE: must be a table's name/,
    );
  },
);

test("every wrong variable is named at once", () => {
  const wrong = { MERCADO_API_PORT: "70000", MERCADO_DYNAMODB_ENDPOINT: "nowhere" };
  expect(() => readSettings(wrong)).toThrow(
    /MERCADO_DYNAMODB_ENDPOINT: must be .*MERCADO_API_PORT: /,
  );
});

describe("the key for tokens", () => {
  const secret = "a secret of more than thirty-two bytes";

  test.each(["127.0.0.1", "127.1.2.3", "localhost", "::1"])("may be missing on %s", (host) => {
    expect(readSettings({ MERCADO_API_HOST: host }).authentication).toBeUndefined();
  });

  test.each(["0.0.0.0", "::", "192.168.0.7", "shop.example.com", "127.0.0.1.example.com"])(
    "is demanded on %s, where others can reach the service",
    (host) => {
      expect(() => readSettings({ MERCADO_API_HOST: host })).toThrow(/on this machine alone/);
      const named = { MERCADO_API_HOST: host, MERCADO_API_SECRET: secret };
      expect(readSettings(named).authentication).toEqual({
        kind: "secret",
        secret,
        audience: "mercado",
      });
    },
  );

  test("is not a short secret, nor one fetched without TLS, nor two at once", () => {
    const url = "https://id.example.com/keys";
    expect(() => readSettings({ MERCADO_API_SECRET: "short" })).toThrow(/at least 32 bytes/);
    const plain = { MERCADO_API_JWKS_URL: "http://id.example.com/keys" };
    expect(() => readSettings(plain)).toThrow(/https/);
    const both = { MERCADO_API_SECRET: secret, MERCADO_API_JWKS_URL: url };
    expect(() => readSettings(both)).toThrow(/^Both /);
  });
});

test("a list of origins, limits or proxies with a wrong part is refused as a whole, by name", () => {
  const wrong = {
    MERCADO_API_CORS_ORIGINS: "https://shop.example, https://shop.example/path",
    MERCADO_API_TRUST_PROXY: "10.0.0.0/8,everybody",
    MERCADO_API_RATE_LIMITS: "read=100,fly=7",
    MERCADO_API_STOP_SECONDS: "soon",
  };
  for (const [name, value] of Object.entries(wrong)) {
    expect(() => readSettings({ [name]: value })).toThrow(new RegExp(`${name}: must be`));
  }
});

test("limits that are not named stay as they are", () => {
  const text = "checkout=7, read=9, inventory.search=5";
  const { rateLimits } = readSettings({ MERCADO_API_RATE_LIMITS: text }).serving;
  const procedures = { "inventory.search": 5 };
  expect(rateLimits).toEqual({ ...RATE_LIMITS, checkout: 7, read: 9, procedures });
});

describe("how long carts are kept", () => {
  test("is said as people say it", () => {
    const named = { MERCADO_CART_LIFETIME: "2w", MERCADO_GUEST_CART_LIFETIME: "12h" };
    expect(readSettings(named).cartLifetimes).toEqual({
      customerSeconds: 14 * 86_400,
      guestSeconds: 12 * 3_600,
    });
  });

  test.each(["30", "30 days", "-1d", "1s", "10000d", "999999999w", "0d"])("is not %j", (value) => {
    expect(() => readSettings({ MERCADO_CART_LIFETIME: value })).toThrow(
      /MERCADO_CART_LIFETIME: must be/,
    );
  });
});
