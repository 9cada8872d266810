import { closest } from "../core/closest.ts";
import { isEnvironmentName, production } from "../core/environment.ts";
import { Failure } from "../core/diagnostic.ts";
import type { EnvironmentOptions } from "./options.ts";

/** The environment that a command is about. */
export function environmentOf({ env = production }: EnvironmentOptions): string {
  if (isEnvironmentName(env)) return env;
  const hint = "Write lower snake case, at most 40 characters, without two underscores in a row.";
  throw new Failure([{ code: "CLI_USAGE", message: `"${env}" cannot name an environment.`, hint }]);
}

/**
 * A word for who asks about an environment that is not there and is shown production instead, which is no mistake where
 * nothing differs from production; undefined when there is such an environment.
 */
export function standingIn(environment: string, known: Iterable<string>): string | undefined {
  const names = [...known];
  if (environment === production || names.includes(environment)) return undefined;
  const near = closest(environment, names);
  const guess = near === undefined ? "" : ` Did you mean "${near}"?`;
  return `There is no environment "${environment}": this reads production.${guess}`;
}
