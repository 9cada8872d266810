import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { linesOf } from "./testing/cli.ts";
import { guardedProject, secrets } from "./testing/guarded-project.ts";
import { TestProject } from "./testing/project.ts";
import { keys, sitDown } from "./testing/typist.ts";

let project: TestProject;
const history = () => join(project.home, "shell-history");

beforeAll(async () => {
  project = new TestProject(guardedProject);
  await project.ok("build");
}, 120_000);

afterAll(() => {
  project.close();
});

const analyst = ["shell", "--role", "analyst", "--user", "anna"];
const prompt = "analyst> ";
const more = "-------> ";

/** Folders with what a role sees, which go with their session. */
function folders(): readonly string[] {
  return readdirSync(project.folder).filter((name) => name.startsWith("mercado-role-"));
}

async function outcomes(): Promise<readonly string[]> {
  const { stdout } = await project.ok("access", "log", "--json", "--role", "analyst");
  return linesOf(stdout).map(({ statement, ended }) => {
    const { outcome, cause = "" } = ended as { outcome: string; cause?: string };
    return `${outcome} ${String(statement)} ${cause}`.trim();
  });
}

/** Elsewhere `script`, which makes a pseudo-terminal, has other options. */
const describeOnLinux = process.platform === "linux" ? describe : describe.skip;

describeOnLinux("a shell at a terminal", () => {
  test("answers statements on several lines, ends one at Ctrl-C, forgets a half one, and leaves in good order", async () => {
    rmSync(history(), { force: true });
    const shell = sitDown(project, analyst, "terminal");
    await shell.sees(prompt);
    shell.type(`select count(*) as n${keys.enter}`);
    await shell.sees(more);
    shell.type(`from gold.region;${keys.enter}`);
    await shell.sees("2\n");
    await shell.sees("1 row\n");
    await shell.sees(prompt);

    const endless = "select count(*) as n from range(10000000) a, range(10000000) b";
    shell.type(`${endless};${keys.enter}`);
    await shell.sees(`${endless};\n`);
    shell.type(keys.controlC);
    await shell.sees("QUERY_INTERRUPTED");
    await shell.sees(prompt);

    // A line that was asked and one that was only typed.
    shell.type(`select 'begun'${keys.enter}`);
    await shell.sees(more);
    shell.type("from nowhere");
    await shell.sees("from nowhere");
    shell.type(keys.controlC);
    await shell.sees(prompt);
    shell.type(`select 7 as seven;${keys.enter}`);
    await shell.sees("seven\n-----\n    7\n");
    await shell.sees(prompt);
    shell.type(`\\q${keys.enter}`);
    expect(await shell.ended).toBe(0);
    expect(folders()).toEqual([]);
    for (const secret of secrets) expect(shell.shown()).not.toContain(secret);
    expect(await outcomes()).toEqual([
      "answered select count(*) as n\nfrom gold.region;",
      `failed ${endless}; QUERY_INTERRUPTED: The query was interrupted.`,
      "answered select 7 as seven;",
    ]);
  }, 120_000);

  test("remembers what was typed in the session before, and ends at Ctrl-D with a half statement", async () => {
    rmSync(history(), { force: true });
    const first = sitDown(project, analyst, "terminal");
    await first.sees(prompt);
    first.type(`select 11 as eleven;${keys.enter}`);
    await first.sees("1 row\n");
    await first.sees(prompt);
    first.type(keys.controlD);
    expect(await first.ended).toBe(0);
    expect(first.shown()).toMatch(/analyst> \n$/);
    expect(readFileSync(history(), "utf8")).toBe("select 11 as eleven;\n");

    const second = sitDown(project, analyst, "terminal");
    await second.sees(prompt);
    second.type(keys.up);
    await second.sees("select 11 as eleven;");
    second.type(keys.enter);
    await second.sees("1 row\n");
    await second.sees(prompt);
    second.type(`select 1${keys.enter}`);
    await second.sees(more);
    second.type(keys.controlD);
    expect(await second.ended).toBe(0);
  }, 120_000);

  test("tells what it can do, under the names that other shells have for it", async () => {
    const shell = sitDown(project, analyst, "terminal");
    for (const word of ["\\help", "\\?", "help"]) {
      await shell.sees(prompt);
      shell.type(`${word}${keys.enter}`);
      await shell.sees("a semicolon asks it");
    }
    await shell.sees(prompt);
    shell.type(`\\timin${keys.enter}`);
    await shell.sees(`There is no command \\timin.\n-> Did you mean "\\timing"?`);
    await shell.sees(prompt);
    shell.type(`exit${keys.enter}`);
    expect(await shell.ended).toBe(0);
  }, 60_000);
});

describe("a shell at a pipe", () => {
  /** What is printed for the lines, with the exit code behind it. */
  async function piped(lines: string): Promise<string> {
    const shell = sitDown(project, analyst, "pipe");
    shell.type(lines);
    const code = await shell.leave();
    return `${shell.shown()}exit code ${code}\n`;
  }

  test("asks each statement of a line, but no semicolon within a text, and one that nothing ends", async () => {
    expect(await piped("select 1 as a; select ';' as b; -- done\n-- and\nselect 2 as c\n")).toBe(
      "a\n-\n1\n1 row\nb\n-\n;\n1 row\nc\n-\n2\n1 row\nexit code 0\n",
    );
  }, 60_000);

  test("ends at the first that fails, and shows columns as the role sees them", async () => {
    const told = await piped("\\d gold.person\nselect * from raw.person; select 1 as one;\n");
    expect(told).toMatch(/family_name \| varchar\(50\) \| hidden/);
    expect(told).toMatch(/email +\| varchar\(80\) \| as a hash/);
    expect(told).toContain("analyst may not read raw.person.");
    expect(told).not.toContain("one");
    expect(told).toMatch(/exit code 2\n$/);
  }, 60_000);

  test("leaves no folder behind, not even when nothing was asked", async () => {
    expect(await piped("")).toBe("exit code 0\n");
    expect(await piped("\\d\n")).toMatch(/^relation.*exit code 0\n$/s);
    expect(folders()).toEqual([]);
  }, 60_000);
});
