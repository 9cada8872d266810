import ms from "ms";
import { z } from "zod";
import { DEFAULT_CART_LIFETIMES, type CartLifetimes } from "./cart/lifetime.ts";
import {
  checkoutEnvironment,
  checkoutSettingsFrom,
  type CheckoutSettings,
} from "./checkout/settings.ts";
import type { DynamoDbConnection } from "./dynamodb/table.ts";
import { isLoopback } from "./http/allowed-origins.ts";
import { httpEnvironment, servingSettingsFrom, type ServingSettings } from "./http/settings.ts";
import type { AuthenticationSettings } from "./roles/authentication.ts";
import { DEFAULT_AUDIENCE } from "./roles/authentication.ts";
import { StartError } from "./start-error.ts";

const SHORTEST_LIFETIME_SECONDS = 60;
const LONGEST_LIFETIME_SECONDS = 366 * 86_400;

/** `30d`, `12h`; in seconds. */
const duration = z
  .string()
  .regex(/^\d{1,9} ?(s|m|h|d|w)$/, { error: "must be a duration such as 30d or 12h" })
  .transform((value) => ms(value as ms.StringValue) / 1_000)
  .refine((value) => value >= SHORTEST_LIFETIME_SECONDS && value <= LONGEST_LIFETIME_SECONDS, {
    error: "must be from 1m to 366d",
  });

const environment = z.object({
  MERCADO_POSTGRES_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: "must be a postgres:// URL" })
    .optional(),
  MERCADO_DYNAMODB_ENDPOINT: z
    .string()
    .refine((value) => value === "aws" || (/^https?:/.test(value) && URL.canParse(value)), {
      error: "must be an http(s) URL, or `aws`",
    })
    .optional(),
  MERCADO_DYNAMODB_TABLE: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{3,255}$/, {
      error: "must be a table's name: 3 to 255 letters, digits and _ . -",
    })
    .optional(),
  AWS_REGION: z.string().min(1).default("us-east-1"),
  AWS_ACCESS_KEY_ID: z.string().min(1).optional(),
  AWS_SECRET_ACCESS_KEY: z.string().min(1).optional(),
  MERCADO_API_HOST: z.string().min(1).default("127.0.0.1"),
  MERCADO_API_PORT: z
    .string()
    .regex(/^\d{1,5}$/, { error: "must be a port number" })
    .transform(Number)
    .pipe(z.int().max(65_535))
    .default(8_000),
  MERCADO_API_SECRET: z
    .string()
    .refine((value) => Buffer.byteLength(value) >= 32, { error: "must have at least 32 bytes" })
    .optional(),
  MERCADO_API_JWKS_URL: z
    .url({ error: "must be an https URL" })
    .refine((value) => value.startsWith("https:") || isLoopback(new URL(value).hostname), {
      error: "must be an https URL",
    })
    .optional(),
  MERCADO_API_TOKEN_AUDIENCE: z.string().min(1).default(DEFAULT_AUDIENCE),
  MERCADO_API_TOKEN_ISSUER: z.string().min(1).optional(),
  MERCADO_CART_LIFETIME: duration.optional(),
  MERCADO_GUEST_CART_LIFETIME: duration.optional(),
  MERCADO_API_LOG_LEVEL: z
    .enum(["fatal", "error", "warn", "info", "debug", "silent"])
    .default("info"),
  ...httpEnvironment,
  ...checkoutEnvironment,
});

export interface Settings {
  /** Absent: the caller provides services of its own. */
  postgresUrl: string | undefined;
  dynamodb: DynamoDbConnection | undefined;
  /** Absent: the shop's own default. */
  tableName: string | undefined;
  host: string;
  port: number;
  logLevel: string;
  cartLifetimes: CartLifetimes;
  /** Absent: none is configured, which is only good on loopback. */
  authentication: AuthenticationSettings | undefined;
  serving: ServingSettings;
  checkout: CheckoutSettings;
}

/** Reads the service's settings; an empty variable counts as absent. Throws a StartError that names each wrong one. */
export function readSettings(variables: NodeJS.ProcessEnv): Settings {
  const present = Object.entries(variables).filter(([, value]) => value !== "");
  const parsed = environment.safeParse(Object.fromEntries(present));
  if (!parsed.success) {
    const list = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw new StartError(
      "API_SETTING_INVALID",
      `The environment is not valid: ${list.join("; ")}.`,
      {
        hint: "Correct these variables; .env.example describes each.",
      },
    );
  }
  const { data } = parsed;
  return {
    postgresUrl: data.MERCADO_POSTGRES_URL,
    dynamodb: dynamoDbFrom(data),
    tableName: data.MERCADO_DYNAMODB_TABLE,
    host: data.MERCADO_API_HOST,
    port: data.MERCADO_API_PORT,
    logLevel: data.MERCADO_API_LOG_LEVEL,
    cartLifetimes: {
      customerSeconds: data.MERCADO_CART_LIFETIME ?? DEFAULT_CART_LIFETIMES.customerSeconds,
      guestSeconds: data.MERCADO_GUEST_CART_LIFETIME ?? DEFAULT_CART_LIFETIMES.guestSeconds,
    },
    authentication: authenticationFrom(data),
    serving: servingSettingsFrom(data),
    checkout: checkoutSettingsFrom(data),
  };
}

function authenticationFrom(data: z.infer<typeof environment>): AuthenticationSettings | undefined {
  const { MERCADO_API_SECRET: secret, MERCADO_API_JWKS_URL: url } = data;
  const issuer = data.MERCADO_API_TOKEN_ISSUER;
  const expected = {
    audience: data.MERCADO_API_TOKEN_AUDIENCE,
    ...(issuer === undefined ? {} : { issuer }),
  };
  if (secret !== undefined && url !== undefined) {
    throw new StartError(
      "API_SETTING_INVALID",
      "Both MERCADO_API_SECRET and MERCADO_API_JWKS_URL are set.",
      { hint: "Set the one whose tokens the service is to trust." },
    );
  }
  if (secret !== undefined) return { kind: "secret", secret, ...expected };
  if (url !== undefined) return { kind: "jwks", url, ...expected };
  if (isLoopback(data.MERCADO_API_HOST)) return undefined;
  throw new StartError(
    "API_KEY_MISSING",
    `Without a key for tokens the service listens on this machine alone, not on ${data.MERCADO_API_HOST}.`,
    { hint: "Set MERCADO_API_SECRET or MERCADO_API_JWKS_URL; .env.example describes them." },
  );
}

function dynamoDbFrom(data: z.infer<typeof environment>): DynamoDbConnection | undefined {
  const endpoint = data.MERCADO_DYNAMODB_ENDPOINT;
  if (endpoint === undefined) return undefined;
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = data;
  return {
    region: data.AWS_REGION,
    ...(endpoint === "aws" ? {} : { endpoint }),
    // On AWS the SDK's own chain finds these, and a session token or a role besides.
    ...(endpoint !== "aws" && accessKeyId !== undefined && secretAccessKey !== undefined
      ? { accessKeyId, secretAccessKey }
      : {}),
  };
}
