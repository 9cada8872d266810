import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { generateDtsBundle } from "dts-bundle-generator";
import { build } from "esbuild";
import { format } from "prettier";
import ts from "typescript";
import { declareRouter } from "./declare-router.ts";

const REPOSITORY = fileURLToPath(new URL("../../../", import.meta.url));

export const PACKAGE_NAME = "mercado-shop-client";

/** Writes the package that a storefront in another repository installs into `folder`, replacing what is there. */
export async function writeClientPackage(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "index.d.ts"), await bundleTypes());
  await build({
    entryPoints: [join(REPOSITORY, "api/client.ts")],
    outfile: join(folder, "index.js"),
    bundle: true,
    packages: "external",
    format: "esm",
    platform: "neutral",
    target: "es2022",
    logLevel: "warning",
  });
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(describePackage(), null, 2)}\n`);
  cpSync(fileURLToPath(new URL("README.md", import.meta.url)), join(folder, "README.md"));
}

/** One file of declarations: the client's own, with the router's types spelled out in place of its source. */
async function bundleTypes(): Promise<string> {
  const routerFile = join(REPOSITORY, "api/router.ts");
  const options = readCompilerOptions();
  const program = ts.createProgram([routerFile], options);
  const router = declareRouter(program, { routerFile, folder: join(REPOSITORY, "api/") });
  const parent = join(REPOSITORY, "dist");
  mkdirSync(parent, { recursive: true });
  // Inside the repository, so that the libraries are found from there.
  const draft = mkdtempSync(join(parent, "shop-client-draft-"));
  try {
    writeFileSync(join(draft, "router.ts"), router);
    cpSync(join(REPOSITORY, "api/client.ts"), join(draft, "client.ts"));
    for (const name of ["failure.ts", "retries.ts"]) {
      cpSync(join(REPOSITORY, "api/client", name), join(draft, "client", name));
    }
    const config = join(draft, "tsconfig.json");
    writeFileSync(config, JSON.stringify({ extends: "../../tsconfig.json", include: ["."] }));
    const [bundle = ""] = generateDtsBundle(
      [{ filePath: join(draft, "client.ts"), output: { noBanner: true } }],
      { preferredConfigPath: config },
    );
    return await format(bundle, { parser: "typescript", printWidth: 100 });
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

function readCompilerOptions(): ts.CompilerOptions {
  const path = join(REPOSITORY, "tsconfig.json");
  const { config } = ts.readConfigFile(path, (name) => ts.sys.readFile(name)) as {
    config: unknown;
  };
  return ts.parseJsonConfigFileContent(config, ts.sys, REPOSITORY).options;
}

function describePackage(): object {
  const own = JSON.parse(readFileSync(join(REPOSITORY, "package.json"), "utf8")) as {
    version: string;
    license: string;
    dependencies: Record<string, string>;
  };
  const peers = ["@trpc/client", "@trpc/server"];
  return {
    name: PACKAGE_NAME,
    version: own.version,
    description: "A typed client of the Mercado shop's API",
    license: own.license,
    type: "module",
    sideEffects: false,
    exports: { ".": { types: "./index.d.ts", default: "./index.js" } },
    types: "./index.d.ts",
    files: ["index.js", "index.d.ts", "README.md"],
    peerDependencies: Object.fromEntries(peers.map((name) => [name, own.dependencies[name]])),
  };
}
