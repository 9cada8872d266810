import { once } from "node:events";
import { exportLines } from "./export-lines.ts";
import { defaultHome, LocalServiceError, openServices, type Services } from "./services.ts";

/**
 * `npm run services`: the services of this checkout in the foreground, until Ctrl-C.
 * stdout holds lines that a shell can evaluate; everything else goes to stderr.
 */
async function main(): Promise<number> {
  const stop = Promise.race([
    once(process, "SIGINT").then(() => 130),
    once(process, "SIGTERM").then(() => 143),
    once(process, "SIGHUP").then(() => 129),
  ]);
  const home = defaultHome();
  const opening = openServices({ home });
  // Signal handlers alone do not keep a process alive.
  const alive = setInterval(() => undefined, 60_000);
  try {
    const services = await Promise.race([opening, stop]);
    if (typeof services === "number") {
      await (await opening).close();
      return services;
    }
    console.log(exportLines(variablesOf(services)).join("\n"));
    console.error(`\nPostgres and DynamoDB are running; their data is in ${home}.`);
    console.error("Paste the lines above into another shell to use them there.");
    console.error("Ctrl-C lets go of them; they stop when no API or other command uses them.");
    const code = await Promise.race([stop, services.stopped]);
    if (code === undefined) {
      console.error(`\nThe services have stopped by themselves; see ${home}/logs.`);
      return 1;
    }
    console.error("\nLetting go.");
    await services.close();
    return code;
  } catch (error) {
    if (!(error instanceof LocalServiceError)) throw error;
    console.error(`${error.code}: ${error.message}\n${error.hint}`);
    return 2;
  } finally {
    clearInterval(alive);
  }
}

function variablesOf({ postgresUrl, dynamodb }: Services) {
  return {
    MERCADO_POSTGRES_URL: postgresUrl,
    MERCADO_DYNAMODB_ENDPOINT: dynamodb.endpoint ?? "aws",
    AWS_REGION: dynamodb.region,
    AWS_ACCESS_KEY_ID: dynamodb.accessKeyId,
    AWS_SECRET_ACCESS_KEY: dynamodb.secretAccessKey,
  };
}

process.exitCode = await main();
