import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import * as homes from "../fixtures/homes.ts";
import { makeTestHome } from "../testing.ts";
import { dataApi, numbers } from "./testing.ts";

let home: string;
beforeEach(() => {
  home = makeTestHome();
});
afterEach(() => {
  homes.removeHome(home);
});

function start(...words: string[]) {
  const env = { PATH: process.env["PATH"], MERCADO_HOME: home };
  const child = homes.startScript("../redshift/main.ts", words, env);
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (output.stdout += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (output.stderr += chunk));
  return { child, output, exit: homes.exitOf(child) };
}

test("npm run redshift-local serves the SDK, keeps its tables, and leaves nothing behind on Ctrl-C", async () => {
  const run = async (work: (api: ReturnType<typeof dataApi>) => Promise<void>) => {
    const { child, output, exit } = start();
    while (!output.stderr.includes("Ctrl-C")) await once(child.stderr, "data");
    const endpoint = /^export MERCADO_REDSHIFT_ENDPOINT='(http:\/\/127\.0\.0\.1:\d+)'$/m.exec(
      output.stdout,
    )?.[1];
    await work(dataApi(endpoint!));
    // As a terminal and npm do: both tell the process.
    process.kill(-child.pid!, "SIGINT");
    process.kill(-child.pid!, "SIGINT");
    expect(await exit).toBe(130);
    expect(await homes.leftOf(home)).toEqual([]);
  };
  await run(async (api) => {
    expect(await api.run("create table kept as select 1 as a")).toMatchObject({
      Status: "FINISHED",
    });
    await api.submit(`${numbers()} select count(*) from n`);
  });
  await run(async (api) => {
    expect(await api.rows("select a from kept")).toEqual([[1]]);
  });
});

test("npm run redshift-local says in two lines that its port is taken, and ends with 2", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  const { output, exit } = start("--port", String(port));
  expect(await exit).toBe(2);
  expect(output.stdout).toBe("");
  expect(output.stderr.trim().split("\n")).toEqual([
    `LOCAL_PORT_TAKEN: Another program listens on port ${port} of 127.0.0.1.`,
    "Choose another port, or leave --port away to get a free one.",
  ]);
  expect(await homes.leftOf(home)).toEqual([]);
  other.close();
});

test("npm run redshift-local refuses an option that it cannot read", async () => {
  const { output, exit } = start("--port", "many");
  expect(await exit).toBe(2);
  expect(output.stderr).toContain("It must be a number from 0 to 65535.");
});
