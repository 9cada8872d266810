import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "@jest/globals";
import { openAuthentication } from "./roles/authentication.ts";
import { developmentSecret } from "./roles/development-secret.ts";

const home = mkdtempSync(join(tmpdir(), "mercado-token-"));
afterAll(() => {
  rmSync(home, { recursive: true, force: true });
});

const PROGRAM = fileURLToPath(new URL("token.ts", import.meta.url));

interface Run {
  code: number;
  stdout: string;
  stderr: string;
}

function run(words: readonly string[], variables: NodeJS.ProcessEnv = {}): Promise<Run> {
  const env = { PATH: process.env.PATH, MERCADO_HOME: home, ...variables };
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ["--import", "tsx", PROGRAM, ...words],
      { env },
      (_error, stdout, stderr) => {
        resolve({ code: child.exitCode ?? -1, stdout, stderr });
      },
    );
  });
}

describe("npm run token", () => {
  test("signs with this machine's own secret, which only its owner can read", async () => {
    const { code, stdout } = await run(["customer", "12"]);
    expect(code).toBe(0);
    const secret = await developmentSecret(home);
    const authenticate = openAuthentication({ kind: "development", secret });
    expect(await authenticate(`Bearer ${stdout.trim()}`)).toEqual({
      role: "customer",
      customerId: 12,
    });
    expect(statSync(join(home, "api-development-secret")).mode & 0o777).toBe(0o600);
  });

  test("signs as the service of the same environment verifies", async () => {
    const secret = "the secret of a service, thirty-two bytes";
    const variables = { MERCADO_API_SECRET: secret, MERCADO_API_TOKEN_ISSUER: "shop" };
    const { stdout } = await run(["vendor", "3", "--expires", "5m"], variables);
    const authenticate = openAuthentication({ kind: "secret", secret, issuer: "shop" });
    expect(await authenticate(`Bearer ${stdout.trim()}`)).toEqual({ role: "vendor", vendorId: 3 });
  });

  test.each([
    [[], {}, "npm run token -- customer 1"],
    [["vendor"], {}, "Which vendor?"],
    [["king"], {}, "customer, vendor, admin"],
    [["customer", "-1"], {}, "positive integer"],
    [["customer", "x"], {}, "positive integer"],
    [["admin", "--expires", "soon"], {}, "30m, 12h or 7d"],
    [["admin"], { MERCADO_API_JWKS_URL: "https://id.example.com/keys" }, "identity provider"],
    [["admin"], { MERCADO_API_SECRET: "short" }, "at least 32 bytes"],
  ])("%j with %j is told what is wrong", async (words, variables, cause) => {
    const { code, stdout, stderr } = await run(words, variables);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(cause);
  });

  test("says with which key it signs, and where a service's key is described", async () => {
    const help = await run(["--help"]);
    expect(help.code).toBe(0);
    for (const told of ["MERCADO_API_SECRET", "MERCADO_API_JWKS_URL", ".env.example"]) {
      expect(help.stdout).toContain(told);
    }
  });

  test("many who want this machine's secret at once get the same", async () => {
    const fresh = join(home, "fresh");
    const secrets = await Promise.all(Array.from({ length: 8 }, () => developmentSecret(fresh)));
    expect(new Set(secrets).size).toBe(1);
  });
});
