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

test("npm run redshift-local serves the SDK and S3 by the lines that it prints, keeps tables and objects, and leaves nothing behind on Ctrl-C", async () => {
  const run = async (work: (api: ReturnType<typeof dataApi>) => Promise<void>) => {
    const { child, output, exit } = start("--port", "0", "--s3-port", "0");
    while (!output.stderr.includes("Ctrl-C")) await once(child.stderr, "data");
    const printed = (name: string) =>
      new RegExp(`^export ${name}='(.*)'$`, "m").exec(output.stdout)?.[1];
    const endpoint = printed("MERCADO_REDSHIFT_ENDPOINT");
    await work(dataApi(endpoint!, printed("AWS_ACCESS_KEY_ID")));
    expect(printed("MERCADO_S3_ENDPOINT")).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    // As a terminal and npm do: both tell the process.
    process.kill(-child.pid!, "SIGINT");
    process.kill(-child.pid!, "SIGINT");
    expect(await exit).toBe(130);
    expect(await homes.leftOf(home)).toEqual([]);
  };
  await run(async (api) => {
    for (const sql of [
      "create table kept as select 1 as a",
      "unload ('select 2 as a') to 's3://mercado-lake/kept/' iam_role default format parquet",
    ]) {
      expect(await api.run(sql)).toMatchObject({ Status: "FINISHED" });
    }
    await api.submit(`${numbers()} select count(*) from n`);
  });
  await run(async (api) => {
    await api.run("copy kept from 's3://mercado-lake/kept/' iam_role default format parquet");
    expect(await api.rows("select a from kept order by a")).toEqual([[1], [2]]);
  });
});

test("npm run redshift-local says in two lines that its port is taken, and ends with 2", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  const { output, exit } = start("--port", String(port), "--s3-port", "0");
  expect(await exit).toBe(2);
  expect(output.stdout).toBe("");
  expect(output.stderr.trim().split("\n")).toEqual([
    `LOCAL_PORT_TAKEN: Another program listens on port ${port} of 127.0.0.1.`,
    "Choose another one with --port, or a free one with --port 0.",
  ]);
  expect(await homes.leftOf(home)).toEqual([]);
  other.close();
});

test("npm run redshift-local refuses an option that it cannot read", async () => {
  const { output, exit } = start("--port", "many");
  expect(await exit).toBe(2);
  expect(output.stderr).toContain("It must be a number from 0 to 65535.");
  const nameless = start("--identity", "ana");
  expect(await nameless.exit).toBe(2);
  expect(nameless.output.stderr).toContain("It takes an access key and a user, as in ana=IAM:ana.");
});
