import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import * as homes from "./fixtures/homes.ts";
import { makeTestHome } from "./testing.ts";

let home: string;
beforeEach(() => {
  home = makeTestHome();
});
afterEach(() => {
  homes.removeHome(home);
});

const env = () => ({ PATH: process.env["PATH"], MERCADO_HOME: home });

test("npm run services prints what a shell can evaluate, and leaves nothing behind on Ctrl-C", async () => {
  const child = homes.startScript("../main.ts", [], env());
  const exit = homes.exitOf(child);
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
  while (!stderr.includes("Ctrl-C")) await once(child.stderr, "data");

  const shell = `${stdout}\necho "$MERCADO_POSTGRES_URL $MERCADO_DYNAMODB_ENDPOINT"`;
  const [postgresUrl, endpoint] = execFileSync("sh", ["-c", shell], { encoding: "utf8" })
    .trim()
    .split(" ");
  const services = await homes.open(home);
  expect(postgresUrl).toBe(services.postgresUrl);
  expect(endpoint).toBe(services.dynamodb.endpoint);
  await services.close();

  process.kill(-child.pid!, "SIGINT");
  expect(await exit).toBe(130);
  expect(homes.processesOf(home)).toEqual([]);
});

test("npm run services says that Ctrl-C leaves the databases to who else uses them, and so it does", async () => {
  const child = homes.startScript("../main.ts", [], env());
  const exit = homes.exitOf(child);
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
  while (!stderr.includes("Ctrl-C")) await once(child.stderr, "data");
  const api = await homes.open(home);
  process.kill(-child.pid!, "SIGINT");
  expect(await exit).toBe(130);
  expect(stderr).toMatch(/Ctrl-C lets go of them; they stop when no .* uses them\./);
  expect(homes.processesOf(home)).not.toEqual([]);
  await api.close();
  expect(homes.processesOf(home)).toEqual([]);
});

test("npm run services ends with 1 when a server dies under it", async () => {
  const child = homes.startScript("../main.ts", [], env());
  const exit = homes.exitOf(child);
  await once(child.stdout, "data");
  const server = homes.processesOf(home).find(({ command }) => command.includes("--db-path"))!;
  process.kill(server.pid, "SIGKILL");
  expect(await exit).toBe(1);
  expect(await homes.leftOf(home)).toEqual([]);
});

test("npm run services that is interrupted while it starts leaves nothing behind", async () => {
  const child = homes.startScript("../main.ts", [], env());
  const exit = homes.exitOf(child);
  while (homes.processesOf(home).length === 0) await new Promise((go) => setTimeout(go, 5));
  child.kill("SIGTERM");
  expect(await exit).toBe(143);
  expect(await homes.leftOf(home)).toEqual([]);
});

test("npm run services says in two lines why it cannot start, and ends with 2", async () => {
  const child = homes.startScript("../main.ts", [], { ...env(), MERCADO_POSTGRES_URL: "db:5432" });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
  expect(await homes.exitOf(child)).toBe(2);
  expect(stderr.trim().split("\n")).toEqual([
    "LOCAL_SETTING_INVALID: MERCADO_POSTGRES_URL is not a URL of the right kind.",
    expect.stringContaining("postgres://"),
  ]);
});
