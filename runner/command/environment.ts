import { isEnvironmentName, production } from "../core/environment.ts";
import { Failure } from "../core/diagnostic.ts";
import type { EnvironmentOptions } from "./options.ts";

/** The environment that a command is about. */
export function environmentOf({ env = production }: EnvironmentOptions): string {
  if (isEnvironmentName(env)) return env;
  const hint = "Write lower snake case, at most 40 characters, without two underscores in a row.";
  throw new Failure([{ code: "CLI_USAGE", message: `"${env}" cannot name an environment.`, hint }]);
}
