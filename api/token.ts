import { Argument, Command, InvalidArgumentError, Option } from "commander";
import ms from "ms";
import { defaultHome } from "../local/services.ts";
import type { SignedIn } from "./roles/claims.ts";
import { developmentSecret } from "./roles/development-secret.ts";
import { signToken } from "./roles/sign-token.ts";
import { readSettings } from "./settings.ts";
import { StartError } from "./start-error.ts";

function parseId(text: string): number {
  const id = Number(text);
  if (/^\d{1,10}$/.test(text) && id >= 1 && id <= 2_147_483_647) return id;
  throw new InvalidArgumentError("It must be a positive integer.");
}

function parseDuration(text: string): number {
  const milliseconds = /^\d{1,6} ?[a-z]{1,7}$/.test(text) ? ms(text as ms.StringValue) : undefined;
  if (milliseconds !== undefined && milliseconds >= 1_000) return Math.floor(milliseconds / 1_000);
  throw new InvalidArgumentError("Write it like 30m, 12h or 7d.");
}

function callerOf(role: SignedIn["role"], id: number | undefined): SignedIn {
  if (role === "admin") return { role };
  if (id === undefined) {
    throw new StartError("API_TOKEN_INVALID", `Which ${role}? The id is missing.`, {
      hint: `Write for example: npm run token -- ${role} 1`,
    });
  }
  return role === "customer" ? { role, customerId: id } : { role, vendorId: id };
}

/** The secret, audience and issuer that the service of the same environment verifies with. */
async function signingOptions() {
  const { authentication } = readSettings({ ...process.env, MERCADO_API_HOST: "127.0.0.1" });
  if (authentication?.kind === "jwks") {
    throw new StartError("API_TOKEN_INVALID", "The service trusts MERCADO_API_JWKS_URL's tokens.", {
      hint: "Ask that identity provider for a token, or unset it to sign with a secret.",
    });
  }
  if (authentication !== undefined) return authentication;
  return { secret: await developmentSecret(defaultHome()) };
}

const KEYS = `
A token is signed as the shop's API of the same environment verifies it:
  MERCADO_API_SECRET    a secret of at least 32 bytes (openssl rand -base64 32 makes one)
  MERCADO_API_JWKS_URL  an identity provider's keys: ask it for tokens, not this command
  neither               this machine's own secret, good for an API on this machine alone
.env.example describes these variables; restart the API after a change.`;

async function main(): Promise<void> {
  await new Command("npm run token --")
    .description("Prints a signed token for development.")
    .addHelpText("after", KEYS)
    .showHelpAfterError("Write for example: npm run token -- customer 1")
    .addArgument(
      new Argument("<role>", "whose token").choices(["customer", "vendor", "admin"] as const),
    )
    .addArgument(new Argument("[id]", "of the customer or vendor").argParser(parseId))
    .addOption(
      new Option("--expires <duration>", "for how long it is good")
        .argParser(parseDuration)
        .default(43_200, "12h"),
    )
    .action(
      async (role: SignedIn["role"], id: number | undefined, options: { expires: number }) => {
        const caller = callerOf(role, id);
        const { secret, ...expected } = await signingOptions();
        process.stdout.write(
          `${await signToken(caller, { secret, seconds: options.expires, ...expected })}\n`,
        );
      },
    )
    .exitOverride()
    .parseAsync();
}

try {
  await main();
} catch (error) {
  if (error instanceof StartError) {
    process.stderr.write(`${error.code}: ${error.message}\n  ${error.hint}\n`);
    process.exitCode = 2;
  } else if (error instanceof Error && "exitCode" in error) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else {
    throw error;
  }
}
