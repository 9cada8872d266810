import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "@jest/globals";
import { makeTestHome } from "../../../local/testing.ts";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));
const home = makeTestHome();
afterAll(() => {
  rmSync(home, { recursive: true, force: true });
});

function start(variables: NodeJS.ProcessEnv): ChildProcess {
  return spawn(process.execPath, ["--import", "tsx", MAIN], {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env.PATH,
      MERCADO_HOME: home,
      MERCADO_API_PORT: "0",
      STOREFRONT_PORT: "0",
      ...variables,
    },
  });
}

async function textOf(stream: NodeJS.ReadableStream | null): Promise<string> {
  let text = "";
  for await (const chunk of stream ?? []) text += String(chunk);
  return text;
}

test("one command opens a furnished shop and its page, whose people can shop, and ends both", async () => {
  const running = start({});
  const narration = textOf(running.stderr);
  const [line] = (await once(createInterface({ input: running.stdout! }), "line")) as [string];
  const html = await (await fetch(line)).text();
  const shopUrl = /name="shop-url" content="([^"]+)"/.exec(html)![1]!;
  const people = (await (await fetch(new URL("people.json", line))).json()) as { token: string }[];
  expect(people).toHaveLength(3);
  const cart = await fetch(`${shopUrl}/trpc/cart.add`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${people[0]!.token}`,
      "content-type": "application/json",
      origin: new URL(line).origin,
    },
    body: JSON.stringify({ itemId: 1, quantity: 2 }),
  });
  expect(cart.status).toBe(200);
  expect(cart.headers.get("access-control-allow-origin")).toBe(new URL(line).origin);
  running.kill("SIGTERM");
  const [code] = (await once(running, "exit")) as [number];
  expect(code).toBe(0);
  await expect(fetch(`${shopUrl}/health`)).rejects.toThrow();
  expect(await narration).toContain("The shop was empty; it has 32 items to sell now.");
}, 120_000);

test("where the shop's API runs already, the way to use that one is told", async () => {
  const running = createServer().listen(0, "127.0.0.1");
  await once(running, "listening");
  const port = String((running.address() as AddressInfo).port);
  const second = start({ MERCADO_API_PORT: port });
  const narration = textOf(second.stderr);
  const [code] = (await once(second, "close")) as [number];
  running.close();
  expect(code).toBe(2);
  expect(await narration).toContain("API_ADDRESS_IN_USE");
  expect(await narration).toContain(`MERCADO_API_URL=http://127.0.0.1:${port} npm run storefront`);
}, 120_000);

test("a port that is taken is named, with the way out", async () => {
  const taken = start({ STOREFRONT_PORT: "0", MERCADO_API_URL: "http://127.0.0.1:9" });
  const [line] = (await once(createInterface({ input: taken.stdout! }), "line")) as [string];
  const second = start({
    STOREFRONT_PORT: new URL(line).port,
    MERCADO_API_URL: "http://127.0.0.1:9",
  });
  const narration = textOf(second.stderr);
  const [code] = (await once(second, "exit")) as [number];
  expect(code).toBe(2);
  expect(await narration).toContain(`Port ${new URL(line).port} is taken.`);
  taken.kill("SIGTERM");
  await once(taken, "exit");
}, 120_000);
