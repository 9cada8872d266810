import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { PACKAGE_NAME, writeClientPackage } from "./write-package.ts";

const run = promisify(execFile);
const { resolve } = createRequire(import.meta.url);
const compiler = resolve("typescript/bin/tsc");

const COMPILER_OPTIONS = {
  target: "es2022",
  lib: ["es2022", "dom", "dom.iterable", "esnext.disposable"],
  module: "nodenext",
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  types: [],
};

const PROCESS =
  "declare const process: { argv: string[]; env: Record<string, string | undefined> };";

export interface ConsumerProject {
  /** Where the client is installed. */
  client: string;
  /** The packages that the client asks for. */
  peers: string[];
  /** Adds these files, and returns what the compiler says of all there are; empty when they compile. */
  compile(files: Readonly<Record<string, string>>): Promise<string>;
  /** Runs a compiled file; returns what it prints. Throws when it fails. */
  run(words: readonly string[], variables?: NodeJS.ProcessEnv): Promise<string>;
  remove(): void;
}

/**
 * A project outside this repository, with strict settings and nothing installed but the client and the packages that it
 * asks for. For tests.
 */
export async function openConsumerProject(): Promise<ConsumerProject> {
  const folder = mkdtempSync(join(tmpdir(), "mercado-consumer-"));
  const client = join(folder, "node_modules", PACKAGE_NAME);
  await writeClientPackage(client);
  const { peerDependencies } = JSON.parse(readFileSync(join(client, "package.json"), "utf8")) as {
    peerDependencies: Record<string, string>;
  };
  const peers = Object.keys(peerDependencies);
  for (const peer of peers) {
    const source = dirname(resolve(`${peer}/package.json`));
    cpSync(source, join(folder, "node_modules", peer), { recursive: true, dereference: true });
  }
  const write = (files: Readonly<Record<string, string>>) => {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  };
  write({
    "package.json": '{ "type": "module" }',
    "tsconfig.json": JSON.stringify({ compilerOptions: COMPILER_OPTIONS }),
    "process.d.ts": PROCESS,
  });
  return {
    client,
    peers,
    compile(files) {
      write(files);
      return run(process.execPath, [compiler, "-p", folder], { cwd: folder }).then(
        () => "",
        (error: unknown) => (error as { stdout: string }).stdout,
      );
    },
    async run(words, variables = {}) {
      const env = { PATH: process.env.PATH, ...variables };
      return (await run(process.execPath, words, { cwd: folder, env })).stdout;
    },
    remove() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
