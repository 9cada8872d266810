import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { openLocalS3 } from "../aws.ts";
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
  readonly s3Port: number;
  readonly s3Endpoint?: string;
  readonly identity: Readonly<Record<string, string>>;
}

const command = new Command("npm run redshift-local --")
  .description("A stand-in for Amazon Redshift: its Data API over the Postgres of this checkout.")
  .option("--port <n>", "port of 127.0.0.1; 0 picks a free one", port, 5440)
  .option("--database <name>", "the warehouse, created when missing", "warehouse")
  .option("--workgroup <name>", "the serverless workgroup, or cluster, to answer for", "mercado")
  .option("--region <name>", "the AWS region to answer for", "us-east-1")
  .addOption(
    new Option("--isolation <level>", "of its transactions")
      .choices(["serializable", "snapshot"])
      .default("serializable"),
  )
  .option("--s3-port <n>", "port of the S3 server beside it; 0 picks a free one", port, 4568)
  .option("--s3-endpoint <url>", "another S3 server, which takes your AWS_ACCESS_KEY_ID")
  .addOption(
    new Option("--identity <key=user>", "a further access key and its user, such as ana=IAM:ana")
      .argParser(identity)
      .default({}, "none"),
  )
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
      const s3 = await openStorage(options);
      try {
        return await serve({ ...services, s3 }, options, stop);
      } finally {
        await s3.close();
      }
    } finally {
      await services.close();
    }
  } finally {
    clearInterval(alive);
  }
}

interface Storage {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  close(): Promise<void>;
}

/** The S3 that the options name, or else a server with the objects of this checkout. */
async function openStorage({ s3Endpoint, s3Port }: Options): Promise<Storage> {
  if (s3Endpoint === undefined) {
    return openLocalS3(defaultHome(), s3Port).catch((error: unknown) => {
      throw isTaken(error) ? portTaken(s3Port, "--s3-port") : error;
    });
  }
  return {
    endpoint: s3Endpoint,
    accessKeyId: process.env["AWS_ACCESS_KEY_ID"] || "local",
    secretAccessKey: process.env["AWS_SECRET_ACCESS_KEY"] || "local",
    close: () => Promise.resolve(),
  };
}

async function serve(
  { postgresUrl, stopped, s3 }: { postgresUrl: string; stopped: Promise<void>; s3: Storage },
  { port, database, workgroup, region, isolation, identity: identities }: Options,
  stop: Promise<number>,
): Promise<number> {
  const { endpoint, accessKeyId, secretAccessKey } = s3;
  const server = await openRedshiftServer({
    postgresUrl,
    database,
    isolation,
    port,
    workgroups: [workgroup],
    clusters: [workgroup],
    accessKeyId,
    identities,
    storage: { region, endpoint, accessKeyId, secretAccessKey },
  }).catch((error: unknown) => {
    throw isTaken(error) ? portTaken(port, "--port") : error;
  });
  try {
    const variables = {
      MERCADO_REDSHIFT_ENDPOINT: server.endpoint,
      MERCADO_REDSHIFT_WORKGROUP: workgroup,
      MERCADO_REDSHIFT_DATABASE: database,
      MERCADO_S3_ENDPOINT: endpoint,
      // The SDK and the AWS command line read this one by themselves.
      AWS_ENDPOINT_URL_REDSHIFT_DATA: server.endpoint,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    };
    console.log(exportLines(variables).join("\n"));
    console.error(`\nThe Redshift stand-in answers at ${server.endpoint}, with S3 at ${endpoint}.`);
    console.error(`Workgroup and cluster: ${workgroup}. Database: ${database}.`);
    console.error("Paste the lines above into another shell to use it there:");
    console.error("  npx runner build --target local-aws");
    console.error("Ctrl-C stops it.");
    const code = await Promise.race([stop, stopped]);
    console.error(code === undefined ? "\nPostgres has stopped by itself." : "\nStopping.");
    return code ?? 1;
  } finally {
    await server.close();
  }
}

function identity(text: string, before: Options["identity"]): Options["identity"] {
  const [, key, user] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (key === undefined || user === undefined)
    throw new InvalidArgumentError("It takes an access key and a user, as in ana=IAM:ana.");
  return { ...before, [key]: user };
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

function portTaken(taken: number, option: "--port" | "--s3-port"): LocalServiceError {
  return new LocalServiceError({
    code: "LOCAL_PORT_TAKEN",
    message: `Another program listens on port ${taken} of 127.0.0.1.`,
    hint: `Choose another one with ${option}, or a free one with ${option} 0.`,
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
