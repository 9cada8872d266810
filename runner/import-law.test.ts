import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "@jest/globals";
import { parseSync } from "@swc/core";
import type { Module } from "@swc/core";
import { stronglyConnected } from "./core/strongly-connected.ts";

const root = path.resolve(import.meta.dirname, "..");

interface Import {
  /** The importing file, relative to the repository. */
  readonly from: string;
  /** The imported file, relative to the repository; packages are left out. */
  readonly to: string;
  readonly typeOnly: boolean;
}

/** Code that ships: tests, and what only tests use, may reach everywhere. */
function productFiles(folder: string): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
    .map((file) => path.posix.join(folder, file.split(path.sep).join("/")))
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .filter((file) => !/(^|\/)testing(\/|\.ts$)/.test(file))
    .sort();
}

type Node = Readonly<Record<string, unknown>>;

/** Every import of a file, exports from elsewhere and `import()` included, as its syntax tree has them. */
function importsOf(file: string, source: string): Import[] {
  const found: Import[] = [];
  const add = (address: unknown, typeOnly: boolean) => {
    if (typeof address !== "string" || !address.startsWith(".")) return;
    found.push({ from: file, to: path.posix.join(path.posix.dirname(file), address), typeOnly });
  };
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return;
    const node = value as Node;
    const address = (node.source as { readonly value?: unknown } | null | undefined)?.value;
    switch (node.type) {
      case "ImportDeclaration":
      case "ExportNamedDeclaration":
      case "ExportAllDeclaration": {
        const parts = (node.specifiers ?? []) as readonly Node[];
        const allTypes = parts.length > 0 && parts.every((part) => part.isTypeOnly === true);
        add(address, node.typeOnly === true || allTypes);
        break;
      }
      case "CallExpression": {
        const [first] = node.arguments as readonly { readonly expression: Node }[];
        if ((node.callee as Node).type === "Import") add(first?.expression.value, false);
        break;
      }
      case "TsImportType":
        add((node.argument as Node).value, true);
        break;
      default:
    }
    Object.values(node).forEach(visit);
  };
  const tree: Module = parseSync(source, { syntax: "typescript", target: "es2022" });
  visit(tree.body);
  return found;
}

/** The stages whose types a stage may use, besides the values of core: what it is handed, and nothing else. */
const typesOf: Readonly<Record<string, readonly string[]>> = {
  core: [],
  load: [],
  parse: ["load"],
  graph: ["parse"],
  compile: ["graph"],
  // A compiled project is a graph with texts, and a plan walks that graph.
  plan: ["compile", "graph"],
  execute: ["plan"],
  // Where the columns of a compiled project come from.
  lineage: ["compile", "graph"],
  // An artifact is a compiled graph as values.
  record: ["compile", "graph"],
  // A pipeline runs as a process of its own: of all stages, only its declaration is needed.
  schedule: ["parse"],
  dialect: [],
  engine: [],
  extract: [],
  lake: [],
  // A template is made of names alone.
  infra: [],
  // What a warehouse shall say follows from declarations and names alone.
  access: [],
};

function stageOf(file: string): string | undefined {
  const [top, stage, ...rest] = file.split("/");
  return top === "runner" && rest.length > 0 ? stage : undefined;
}

/** The rule that an import breaks, or undefined. */
function broken({ from, to, typeOnly }: Import): string | undefined {
  const [top] = from.split("/");
  const [otherTop] = to.split("/");
  if (top === "api" && otherTop === "runner") return "api never imports runner";
  if (top === "runner" && otherTop === "api") return "runner never imports api";
  const stage = stageOf(from);
  if (top !== "runner" || stage === undefined || stage === "command") return undefined;
  const predecessors = typesOf[stage];
  if (predecessors === undefined) return `${stage}/ is no stage that the import law knows`;
  const other = stageOf(to);
  if (other === stage || (other === "core" && stage !== "core")) return undefined;
  if (other !== undefined && predecessors.includes(other)) {
    return typeOnly ? undefined : `${stage} takes only types from ${other}: write import type`;
  }
  const allowed = ["core", ...predecessors.map((name) => `types of ${name}`)];
  return stage === "core"
    ? "core imports nothing local"
    : `${stage} imports only ${allowed.join(", ")}`;
}

const files = ["runner", "api"].flatMap(productFiles);
const imports = files.flatMap((file) =>
  importsOf(file, readFileSync(path.join(root, file), "utf8")),
);

test("each stage imports core and the types of what it is handed, and only the composition root knows all sides", () => {
  const offences = imports.flatMap((each) => {
    const rule = broken(each);
    return rule === undefined ? [] : [`${each.from} imports ${each.to}: ${rule}`];
  });
  expect(offences).toEqual([]);
  expect(imports.length).toBeGreaterThan(200);
});

test("every import leads to a file", () => {
  const known = new Set([...files, ...["local", "macros", "seeds"].flatMap(productFiles)]);
  expect(imports.filter(({ to }) => !known.has(to) && to.endsWith(".ts"))).toEqual([]);
});

test("no files import one another in a circle, not even for types", () => {
  const edges = new Map(files.map((file): [string, string[]] => [file, []]));
  for (const { from, to } of imports) edges.get(from)?.push(to);
  expect(stronglyConnected(edges).map((group) => group.join(" <-> "))).toEqual([]);
});

test.each([
  ["core/a.ts", `import "../load/b.ts"`, "core imports nothing local"],
  ["parse/a.ts", `import { b } from "../load/b.ts"`, "parse takes only types from load"],
  ["parse/a.ts", `import { b, type C } from "../load/b.ts"`, "parse takes only types from load"],
  ["parse/a.ts", `export { b } from "../load/b.ts"`, "parse takes only types from load"],
  [
    "graph/a.ts",
    `import type { B } from "../load/b.ts"`,
    "graph imports only core, types of parse",
  ],
  ["execute/a.ts", `const b = await import("../engine/b.ts")`, "execute imports only core"],
  ["lake/a.ts", `type B = import("../record/b.ts").B`, "lake imports only core"],
  ["plan/a.ts", `import { main } from "../main.ts"`, "plan imports only core"],
  ["plan/a.ts", `import { b } from "../../api/b.ts"`, "runner never imports api"],
])("the law is not blind: in %s, %s breaks a rule", (file, source, rule) => {
  expect(importsOf(`runner/${file}`, source).map(broken)).toEqual([expect.stringContaining(rule)]);
});

test.each([
  ["parse/a.ts", `import type { B } from "../load/b.ts"`],
  ["parse/a.ts", `import { type B, type C } from "../load/b.ts"`],
  [
    "plan/a.ts",
    `import { b } from "../core/b.ts"; import { c } from "./c.ts"; import fs from "node:fs"`,
  ],
  ["command/a.ts", `import { b } from "../engine/b.ts"`],
])("the law allows in %s: %s", (file, source) => {
  expect(importsOf(`runner/${file}`, source).map(broken).filter(Boolean)).toEqual([]);
});
