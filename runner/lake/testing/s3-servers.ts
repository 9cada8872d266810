import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { openS3Server } from "../../../local/s3/s3-server.ts";

/** A server that speaks S3's protocol, with the bucket `lake`, on this machine alone. */
export interface S3Server {
  readonly endpoint: string;
  /** What a client of it needs in its environment. */
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export const bucket = "lake";

/** Does the basics and uploads in parts, replaces objects whole, and ignores conditions. */
export async function openS3rver(): Promise<S3Server> {
  const directory = mkdtempSync(join(tmpdir(), "mercado-s3rver-"));
  const server = await openS3Server({ directory, bucket });
  const { endpoint, accessKeyId, secretAccessKey } = server;
  return {
    endpoint,
    environment: { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
    close: async () => {
      await server.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

const gateway = "github.com/versity/versitygw/cmd/versitygw@v1.8.0";
const cache = fileURLToPath(new URL("../../../node_modules/.cache/versitygw/", import.meta.url));
const buildMilliseconds = 240_000;

/** The gateway's program: one that is named or installed, or else built by Go and kept; a text says why there is none. */
export function findVersitygw(): { readonly program: string } | { readonly missing: string } {
  const named = process.env.MERCADO_VERSITYGW;
  if (named !== undefined) return { program: named };
  if (answers("versitygw", "--version")) return { program: "versitygw" };
  const built = join(cache, "versitygw");
  if (existsSync(built)) return { program: built };
  if (!answers("go", "version")) return { missing: "there is neither versitygw nor go here" };
  const missing = "go could not build versitygw here";
  const failed = join(cache, "failed");
  if (existsSync(failed) && Date.now() - statSync(failed).mtimeMs < 3_600_000) return { missing };
  // Another test file may be building, too: each builds apart, and a whole program gets the name.
  const building = join(cache, String(process.pid));
  mkdirSync(building, { recursive: true });
  const { status } = spawnSync("go", ["install", gateway], {
    env: { ...process.env, GOBIN: building },
    stdio: "ignore",
    timeout: buildMilliseconds,
  });
  if (status === 0) renameSync(join(building, "versitygw"), built);
  else writeFileSync(failed, "");
  rmSync(building, { recursive: true, force: true });
  return status === 0 ? { program: built } : { missing };
}

function answers(program: string, question: string): boolean {
  return spawnSync(program, [question], { stdio: "ignore" }).status === 0;
}

/** A server with users of its own besides the one that owns everything. */
export interface S3ServerWithUsers extends S3Server {
  /** A user without any right, who signs with the name as key and `<name>-secret`. */
  addUser(name: string): void;
}

/** Holds to conditions as Amazon's S3 does. */
export async function openVersitygw(program: string): Promise<S3ServerWithUsers> {
  const folder = mkdtempSync(join(tmpdir(), "mercado-versitygw-"));
  const objects = join(folder, "objects");
  const metadata = join(folder, "metadata");
  const users = join(folder, "users");
  for (const each of [objects, metadata, users, join(objects, bucket)]) mkdirSync(each);
  const port = await freePort();
  const environment = { AWS_ACCESS_KEY_ID: "mercado", AWS_SECRET_ACCESS_KEY: "mercado-secret" };
  const endpoint = `http://127.0.0.1:${port}`;
  const start = async (...where: readonly string[]) => {
    const flags = ["--port", `127.0.0.1:${port}`, "--iam-dir", users];
    const server = spawn(program, [...flags, "posix", ...where, objects], {
      env: {
        PATH: process.env.PATH,
        ROOT_ACCESS_KEY: environment.AWS_ACCESS_KEY_ID,
        ROOT_SECRET_KEY: environment.AWS_SECRET_ACCESS_KEY,
      },
      stdio: "ignore",
    });
    await untilAnswering(endpoint, server);
    return server;
  };
  // Attributes of files keep an object and its metadata together; not every file system has them.
  const server = await start().catch(() => start("--sidecar", metadata));
  const owner = ["--access", environment.AWS_ACCESS_KEY_ID];
  const secret = ["--secret", environment.AWS_SECRET_ACCESS_KEY];
  return {
    endpoint,
    environment,
    addUser: (name) => {
      const asOwner = ["admin", ...owner, ...secret, "--endpoint-url", endpoint];
      const user = ["--access", name, "--secret", `${name}-secret`, "--role", "user"];
      const { status, stderr } = spawnSync(program, [...asOwner, "create-user", ...user]);
      if (status !== 0) throw new Error(String(stderr));
    },
    close: async () => {
      server.kill();
      if (server.exitCode === null) await once(server, "exit");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (typeof address !== "object" || address === null) throw new Error("there is no free port");
  return address.port;
}

async function untilAnswering(endpoint: string, server: ChildProcess): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await fetch(endpoint);
      return;
    } catch (error) {
      if (tries === 100 || server.exitCode !== null) throw error;
      await setTimeout(100);
    }
  }
}
