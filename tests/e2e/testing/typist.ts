import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import type { TestProject } from "./project.ts";

const binary = fileURLToPath(new URL("../../../runner/bin.js", import.meta.url));

/** What keys send. */
export const keys = { enter: "\r", controlC: "\x03", controlD: "\x04", up: "\x1b[A" } as const;

/** Somebody at the runner's standard input. */
export interface Typist {
  type(text: string): void;
  /** Resolves when this is shown after what was waited for before. */
  sees(text: string): Promise<void>;
  /** Ends the input, as the end of a pipe does, and waits for the process. */
  leave(): Promise<number | null>;
  readonly ended: Promise<number | null>;
  /** All that was shown, as text. */
  shown(): string;
}

/** Starts the real binary at a pseudo-terminal of its own, or at a pipe; its temporary folder is the project's. */
export function sitDown(
  project: TestProject,
  args: readonly string[],
  at: "terminal" | "pipe",
): Typist {
  const command = [process.execPath, binary, ...args];
  const quoted = command.map((word) => `'${word}'`).join(" ");
  const [file = "", ...rest] = at === "pipe" ? command : ["script", "-qefc", quoted, "/dev/null"];
  const child = spawn(file, rest, {
    cwd: project.folder,
    env: {
      ...{ PATH: process.env.PATH ?? "", HOME: project.folder, TERM: "xterm", SHELL: "/bin/sh" },
      ...{ TMPDIR: project.folder, MERCADO_HOME: project.home },
    },
    stdio: "pipe",
  });
  let shown = "";
  let seen = 0;
  let look = () => {};
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      shown += text;
      look();
    });
  }
  const ended = once(child, "close").then(([code]) => code as number | null);
  const plain = () => stripVTControlCharacters(shown).replaceAll("\r", "");
  return {
    type: (text) => child.stdin.write(text),
    sees: (text) =>
      new Promise((resolve, reject) => {
        look = () => {
          const index = plain().indexOf(text, seen);
          if (index === -1) return;
          seen = index + text.length;
          look = () => {};
          resolve();
        };
        look();
        void ended.then(() => {
          reject(new Error(`ended without showing "${text}":\n${plain()}`));
        });
      }),
    leave: () => {
      child.stdin.end();
      return ended;
    },
    ended,
    shown: plain,
  };
}
