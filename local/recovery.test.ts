import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as homes from "./fixtures/homes.ts";
import { makeTestHome } from "./testing.ts";

let home: string;
beforeEach(() => {
  home = makeTestHome();
});
afterEach(() => {
  homes.removeHome(home);
});

describe("after a crash", () => {
  test("of the supervisor, the next open stops the orphaned servers and finds all that was committed", async () => {
    const first = await homes.open(home);
    await homes.query(first, "create table kept as select 42 as answer");
    process.kill(homes.supervisorOf(home), "SIGKILL");
    await first.close();
    const orphans = homes.processesOf(home).map(({ pid }) => pid);
    expect(orphans.length).toBeGreaterThan(1);

    const second = await homes.open(home);
    expect(await homes.query(second, "select * from kept")).toEqual([{ answer: 42 }]);
    const running = homes.processesOf(home).map(({ pid }) => pid);
    expect(running.filter((pid) => orphans.includes(pid))).toEqual([]);
    await second.close();
    expect(homes.processesOf(home)).toEqual([]);
  });

  test("of everything at once, Postgres recovers what was committed from its log", async () => {
    const first = await homes.open(home);
    await homes.query(first, "create table kept as select 42 as answer");
    for (const { pid } of homes.processesOf(home)) kill(pid);
    await first.close();

    const second = await homes.open(home);
    expect(await homes.query(second, "select * from kept")).toEqual([{ answer: 42 }]);
    await second.close();
  });

  test("of one server, the other does not stay behind, and the next open works", async () => {
    const first = await homes.open(home);
    kill(processNamed("--db-path"));
    expect(await homes.leftOf(home)).toEqual([]);
    await first.close();
    const second = await homes.open(home);
    expect(await homes.query(second, "select 1 as one")).toEqual([{ one: 1 }]);
    await second.close();
  });

  test("a process id that now belongs to somebody else is left alone", async () => {
    await (await homes.open(home)).close();
    const stranger = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    const data = join(home, "postgres", "data");
    writeFileSync(join(data, "postmaster.pid"), `${stranger.pid}\n${data}\n1\n1\n`);
    writeFileSync(join(home, `supervisor-${stranger.pid}-1.lock`), "");
    const deaf = createServer((socket) => socket.end("what?\n"));
    await new Promise<void>((resolve) => deaf.listen(0, "127.0.0.1", resolve));
    const { port } = deaf.address() as { port: number };
    const record = { pid: stranger.pid, home, port, token: "stale" };
    writeFileSync(join(home, "services.json"), JSON.stringify(record));

    const services = await homes.open(home);
    expect(await homes.query(services, "select 1 as one")).toEqual([{ one: 1 }]);
    expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
    await services.close();
    deaf.close();
    stranger.kill("SIGKILL");
  });

  test("in the middle of creating the data, the draft is thrown away", async () => {
    mkdirSync(join(home, "postgres.draft-abc"));
    writeFileSync(join(home, "postgres.draft-abc", "PG_VERSION"), "18\n");
    const services = await homes.open(home);
    expect(statSync(join(home, "postgres.draft-abc"), { throwIfNoEntry: false })).toBeUndefined();
    await services.close();
  });
});

describe("refuses with a code and a way out", () => {
  test("a data folder on which another Postgres runs, which goes on undisturbed", async () => {
    const services = await homes.open(home);
    const [program = ""] = processCommand("-D").split(" ");
    await services.close();
    const data = join(home, "postgres", "data");
    const foreign = await startForeign(program, [
      ...["-D", data, "-p", new URL(services.postgresUrl).port],
      ...["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="],
    ]);
    await expect(homes.open(home)).rejects.toMatchObject({
      code: "LOCAL_DATA_FOLDER_TAKEN",
      message: expect.stringContaining(`process ${foreign.pid}`) as unknown,
      hint: expect.stringContaining("Stop that server") as unknown,
    });
    expect(await homes.query(services, "select 1 as one")).toEqual([{ one: 1 }]);
    foreign.kill("SIGQUIT");
    await homes.exitOf(foreign);
    expect(await homes.leftOf(home)).toEqual([]);
  });

  test("data of another major version, and leaves it as it is", async () => {
    const data = join(home, "postgres", "data");
    mkdirSync(data, { recursive: true });
    writeFileSync(join(data, "PG_VERSION"), "11\n");
    await expect(homes.open(home)).rejects.toMatchObject({
      code: "LOCAL_POSTGRES_VERSION",
      message: expect.stringContaining("Postgres 11") as unknown,
    });
    expect(await homes.leftOf(home)).toEqual([]);
    expect(statSync(join(data, "PG_VERSION")).size).toBe(3);
  });

  test("a folder that holds something else", async () => {
    mkdirSync(join(home, "postgres"));
    writeFileSync(join(home, "postgres", "novel.txt"), "Chapter 1");
    await expect(homes.open(home)).rejects.toMatchObject({ code: "LOCAL_DATA_FOLDER_TAKEN" });
    expect(await homes.leftOf(home)).toEqual([]);
  });

  test("a home that cannot be written to", async () => {
    writeFileSync(join(home, "file"), "");
    await expect(homes.open(join(home, "file", "home"))).rejects.toMatchObject({
      code: "LOCAL_HOME_NOT_WRITABLE",
      hint: expect.stringContaining("MERCADO_HOME") as unknown,
    });
  });

  test("a Postgres that does not start, with the end of its log", async () => {
    await (await homes.open(home)).close();
    writeFileSync(join(home, "postgres", "data", "postgresql.conf"), "no_such_setting = 1\n");
    await expect(homes.open(home)).rejects.toMatchObject({
      code: "LOCAL_POSTGRES_FAILED",
      message: expect.stringContaining('unrecognized configuration parameter "no_such_') as unknown,
    });
    expect(await homes.leftOf(home)).toEqual([]);
  });
});

function processCommand(word: string): string {
  return homes.processesOf(home).find(({ command }) => command.includes(` ${word} `))!.command;
}

function processNamed(word: string): number {
  return homes.processesOf(home).find(({ command }) => command.includes(` ${word} `))!.pid;
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // A child of Postgres may have followed its parent already.
  }
}

async function startForeign(program: string, words: string[]): Promise<ChildProcess> {
  const { uid, gid } = statSync(join(home, "postgres", "data"));
  const account = process.getuid?.() === 0 ? { uid, gid } : {};
  const child = spawn(program, words, { ...account, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (said += chunk));
  while (!said.includes("ready to accept")) await sleep(10);
  return child;
}
