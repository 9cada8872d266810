import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const installer = fileURLToPath(new URL("./install.js", import.meta.url));
let root: string;

/** A project with one dependency, which lies beside it, so that the real npm needs no network. */
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "mercado-install-"));
  mkdirSync(join(root, "parts"));
  writePackage("parts", { name: "parts", version: "1.0.0" });
  writePackage(".", { name: "shop", version: "1.0.0", dependencies: { parts: "file:parts" } });
  writeFileSync(
    join(root, "package-lock.json"),
    JSON.stringify({
      name: "shop",
      version: "1.0.0",
      lockfileVersion: 3,
      packages: {
        "": { name: "shop", version: "1.0.0", dependencies: { parts: "file:parts" } },
        "node_modules/parts": { resolved: "parts", link: true },
        parts: { version: "1.0.0" },
      },
    }),
  );
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

test("what is missing is installed once, and again only after the lock has changed", () => {
  expect(install()).toMatchObject({ status: 0, stdout: "" });
  expect(existsSync(join(root, "node_modules", "parts", "package.json"))).toBe(true);
  expect(install()).toEqual({ status: 0, stdout: "", stderr: "" });

  writeFileSync(join(root, "package-lock.json"), `${lockText()}\n`);
  expect(install().stderr).toContain("Installing the dependencies");
  expect(install().stderr).toBe("");
}, 30_000);

test("an npm ci by hand is recognised, and one that was cut off is done again", () => {
  execFileSync("npm", ["ci"], { cwd: root, stdio: "ignore" });
  expect(install().stderr).toBe("");

  rmSync(join(root, "node_modules"), { recursive: true });
  mkdirSync(join(root, "node_modules", "parts"), { recursive: true });
  expect(install().stderr).toContain("Installing the dependencies");
  expect(existsSync(join(root, "node_modules", "parts", "package.json"))).toBe(true);
}, 30_000);

test("a failed installation is reported and not taken for a complete one", () => {
  rmSync(join(root, "parts"), { recursive: true });
  writePackage(".", { name: "shop", version: "1.0.0", dependencies: { other: "1.0.0" } });
  const { status, stderr } = install();
  expect(status).toBe(1);
  expect(stderr).toContain("npm ci ended with code");
  expect(existsSync(join(root, "node_modules", ".mercado-lock"))).toBe(false);
}, 30_000);

function install() {
  const { status, stdout, stderr } = spawnSync(process.execPath, [installer], {
    env: { ...process.env, MERCADO_INSTALL_ROOT: root },
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

function writePackage(folder: string, content: object): void {
  writeFileSync(join(root, folder, "package.json"), JSON.stringify(content));
}

function lockText(): string {
  return readFileSync(join(root, "package-lock.json"), "utf8");
}
