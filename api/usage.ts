import { StartError } from "./start-error.ts";

export const USAGE = `Usage: npm run api

Serves the shop until it is told to stop (SIGINT or SIGTERM). The URL is printed on stdout, the log on stderr.
Variables of the environment set it up, such as MERCADO_API_PORT; .env.example describes each. With none of them,
databases of this machine's own are started, and whoever calls without a token is an admin.
`;

/** Whether help is wanted instead of a service, which takes no arguments. Throws a StartError for any others. */
export function wantsHelp(args: readonly string[]): boolean {
  const [first] = args;
  if (first === undefined) return false;
  if (["--help", "-h", "help"].includes(first)) return true;
  throw new StartError(
    "API_ARGUMENT_UNKNOWN",
    `The service takes no arguments, such as ${first}.`,
    {
      hint: "Set variables of the environment, such as MERCADO_API_PORT; .env.example describes each.",
    },
  );
}
