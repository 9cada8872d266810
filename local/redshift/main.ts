import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { exportLines } from "../export-lines.ts";
import { defaultHome, LocalServiceError, openServices } from "../services.ts";
import type { Isolation } from "./connections.ts";
import { openRedshiftServer } from "./server.ts";

interface Options {
  readonly port: number;
  readonly database: string;
  readonly workgroup: string;
  readonly region: string;
  readonly isolation: Isolation;
  readonly s3Endpoint?: string;
}

const command = new Command("npm run redshift-local --")
  .description("A stand-in for Amazon Redshift: its Data API over the Postgres of this checkout.")
  .option("--port <n>", "port of 127.0.0.1; 0 picks a free one", port, 0)
  .option("--database <name>", "the warehouse, created when missing", "warehouse")
  .option("--workgroup <name>", "the serverless workgroup, or cluster, to answer for", "mercado")
  .option("--region <name>", "the AWS region to answer for", "us-east-1")
  .addOption(
    new Option("--isolation <level>", "of its transactions")
      .choices(["serializable", "snapshot"])
      .default("serializable"),
  )
  .option("--s3-endpoint <url>", "where COPY and UNLOAD find s3:// (default: AWS itself)")
  .allowExcessArguments(false)
  .showHelpAfterError("(npm run redshift-local -- --help lists the options)")
  .exitOverride();

/** In the foreground until Ctrl-C. stdout holds lines that a shell can evaluate; everything else goes to stderr. */
async function main(): Promise<number> {
  const options = command.parse().opts<Options>();
  const stop = stopSignal();
  // Signal handlers alone do not keep a process alive.
  const alive = setInterval(() => undefined, 60_000);
  try {
    // Always the embedded Postgres: a stand-in has no business in a database that somebody named.
    const services = await openServices({ home: defaultHome(), env: {} });
    try {
      return await serve(services, options, stop);
    } finally {
      await services.close();
    }
  } finally {
    clearInterval(alive);
  }
}

async function serve(
  services: { postgresUrl: string; stopped: Promise<void> },
  { port, database, workgroup, region, isolation, s3Endpoint: endpoint }: Options,
  stop: Promise<number>,
): Promise<number> {
  const keys = {
    accessKeyId: process.env["AWS_ACCESS_KEY_ID"] || "local",
    secretAccessKey: process.env["AWS_SECRET_ACCESS_KEY"] || "local",
  };
  const server = await openRedshiftServer({
    postgresUrl: services.postgresUrl,
    database,
    isolation,
    port,
    workgroups: [workgroup],
    clusters: [workgroup],
    accessKeyId: keys.accessKeyId,
    storage: { region, ...keys, ...(endpoint !== undefined && { endpoint }) },
  }).catch((error: unknown) => {
    throw isTaken(error) ? portTaken(port) : error;
  });
  try {
    const variables = {
      MERCADO_REDSHIFT_ENDPOINT: server.endpoint,
      MERCADO_REDSHIFT_WORKGROUP: workgroup,
      MERCADO_REDSHIFT_DATABASE: database,
      // The SDK and the AWS command line read this one by themselves.
      AWS_ENDPOINT_URL_REDSHIFT_DATA: server.endpoint,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: keys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    };
    console.log(exportLines(variables).join("\n"));
    console.error(`\nThe Redshift stand-in answers at ${server.endpoint}.`);
    console.error(`Workgroup and cluster: ${workgroup}. Database: ${database}.`);
    console.error("Paste the lines above into another shell to use it there. Ctrl-C stops it.");
    const code = await Promise.race([stop, services.stopped]);
    console.error(code === undefined ? "\nPostgres has stopped by itself." : "\nStopping.");
    return code ?? 1;
  } finally {
    await server.close();
  }
}

/** The exit code of the first signal. On Ctrl-C npm sends a second one, which must not kill the ending process. */
function stopSignal(): Promise<number> {
  const codes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
  return new Promise((resolve) => {
    for (const [signal, code] of Object.entries(codes)) {
      process.on(signal, () => {
        resolve(code);
      });
    }
  });
}

function port(text: string): number {
  if (/^\d+$/.test(text) && Number(text) < 65_536) return Number(text);
  throw new InvalidArgumentError("It must be a number from 0 to 65535.");
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EADDRINUSE";
}

function portTaken(taken: number): LocalServiceError {
  return new LocalServiceError({
    code: "LOCAL_PORT_TAKEN",
    message: `Another program listens on port ${taken} of 127.0.0.1.`,
    hint: "Choose another port, or leave --port away to get a free one.",
  });
}

try {
  process.exitCode = await main();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else if (error instanceof LocalServiceError) {
    console.error(`${error.code}: ${error.message}\n${error.hint}`);
    process.exitCode = 2;
  } else throw error;
}
