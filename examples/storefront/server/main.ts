/* `npm run storefront`: the page on 127.0.0.1:8080, and the shop's API beside it unless MERCADO_API_URL names one. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { createShopClient } from "../../../api/client.ts";
import { signToken } from "../../../api/roles/sign-token.ts";
import { furnish, peopleOf, signingOptions } from "./development.ts";
import { serveStorefront, type Person } from "./storefront.ts";

const API = fileURLToPath(new URL("../../../api/main.ts", import.meta.url));

interface Service {
  url: string;
  /** Resolves with its exit code. */
  ended: Promise<number>;
  stop(): void;
}

/** Starts the API in a process of its own, and waits until it is open; null when it could not start, and has said why. */
async function startService(origin: string): Promise<Service | null> {
  const child = spawn(process.execPath, ["--import", "tsx", API], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { MERCADO_API_LOG_LEVEL: "error", ...process.env, MERCADO_API_CORS_ORIGINS: origin },
  });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    process.stderr.write(chunk);
    said = (said + chunk.toString()).slice(-1_000);
  });
  const ended = once(child, "close").then(([code]) => (typeof code === "number" ? code : 1));
  const lines = createInterface({ input: child.stdout });
  const url = await Promise.race([
    once(lines, "line").then(([line]) => String(line)),
    ended.then(() => null),
  ]);
  if (url !== null) return { url, ended, stop: () => child.kill("SIGTERM") };
  if (said.includes("API_ADDRESS_IN_USE")) {
    const port = process.env.MERCADO_API_PORT || "8000";
    say(
      `  If the shop's API runs there already: MERCADO_API_URL=http://127.0.0.1:${port} npm run storefront`,
    );
  }
  return null;
}

const PORT = process.env.STOREFRONT_PORT || "8080";

function nextSignal(): Promise<null> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"]) {
      process.once(signal, () => {
        resolve(null);
      });
    }
  });
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

async function main(): Promise<number> {
  const stopped = nextSignal();
  let shopUrl = process.env.MERCADO_API_URL ?? "";
  let people: () => Promise<Person[]> = () => Promise.resolve([]);
  const page = await serveStorefront({
    shopUrl: () => shopUrl,
    port: Number(PORT),
    people: () => people(),
  });
  const service = shopUrl === "" ? await startService(page.url) : undefined;
  try {
    if (service === null) return 2;
    if (service !== undefined) {
      shopUrl = service.url;
      const signing = await signingOptions();
      if (signing !== null) {
        const token = await signToken({ role: "admin" }, signing);
        const admin = createShopClient({ url: shopUrl, token });
        const listed = await furnish(admin);
        if (listed > 0) say(`The shop was empty; it has ${listed} items to sell now.`);
        people = () => peopleOf(admin, signing);
      }
    } else {
      say(`${shopUrl} must allow this page: MERCADO_API_CORS_ORIGINS=${page.url}`);
    }
    say(`The storefront is open, on the shop at ${shopUrl}. Ctrl-C closes it.`);
    process.stdout.write(`${page.url}/\n`);
    const code = await Promise.race([stopped, ...(service === undefined ? [] : [service.ended])]);
    if (code !== null) say("The shop's API has ended; see above.");
    return code ?? 0;
  } finally {
    service?.stop();
    await page.close();
    await service?.ended;
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof Error && "code" in error && error.code === "EADDRINUSE")) throw error;
  say(`Port ${PORT} is taken.\n  Stop what listens there, or set STOREFRONT_PORT to another port.`);
  process.exitCode = 2;
}
