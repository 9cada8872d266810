import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { NodeId } from "../core/node.ts";
import type { EngineName } from "../core/ports.ts";
import { link } from "../graph/link.ts";
import { loadHelpers } from "../load/helpers.ts";
import { loadProjectFiles } from "../load/project-files.ts";
import { parseProject } from "../parse/project.ts";
import { fingerprints } from "./fingerprint.ts";
import type { Fingerprint, FingerprintParts } from "./fingerprint.ts";

type Files = Readonly<Record<string, string>>;

const project: Files = {
  "pipelines.yaml": `project: shop
vars: { floor: 10, unused: 1 }
default_target: local
targets: { local: { engine: duckdb, warehouse: w.duckdb, lake: lake } }
models: { gold: { materialized: table, tags: [nightly] } }
`,
  "sources/oltp.yml": `source: oltp
connector: postgres
connection: oltp
tables:
  - name: item
    key: [id]
    extract: incremental
    cursor: updated_at
    columns:
      - { name: id, type: integer, nullable: false }
      - { name: price, type: "numeric(10,2)" }
      - { name: updated_at, type: timestamptz }
`,
  "seeds/category.csv": "id,name\n1,General\n",
  "seeds/category.yml": "columns: [{ name: id, type: integer }, { name: name, type: varchar }]\n",
  "macros/newest.hbs": "select {{cents column}} as price, id from {{rows}}\n-- newest\n",
  "macros/outer.hbs": '{{> newest rows=rows column=column}} where price > {{var "floor"}}\n',
  "macros/cents.ts":
    'import { factor } from "./lib/factor.js";\nexport default (_: unknown, column: string) => `${column} * ${factor}`;\n',
  "macros/lib/factor.js": "export const factor = 100;\n",
  "macros/unused.ts": 'export default () => "1";\n',
  "models/cleaned/item.sql":
    'select *\nfrom ({{> outer rows="raw_item" column="price"}})\ncross join {{source "oltp.item"}}\n',
  "models/cleaned/item.yml": `description: Items.
grain: One row per item.
columns: [{ name: id, type: integer, description: The item. }, { name: price, type: integer }]
`,
  "models/gold/item.sql":
    'select * from {{ref "cleaned.item"}} where region = \'{{env "REGION" "EU"}}\'\n',
  "models/gold/item.yml": `description: Items for readers.
grain: One row per item.
materialized: incremental
cursor: price
key: [id]
columns:
  - name: id
    type: integer
    tests: [not_null]
  - name: price
    type: integer
`,
  "models/gold/category.sql": 'select id, name from {{ref "raw.category"}}\n',
  "models/gold/category.yml":
    "grain: One row per category.\ncolumns: [{ name: id, type: integer }, { name: name, type: varchar }]\n",
  "tests/no_free_item.sql": 'select * from {{ref "gold.item"}} where price = 0\n',
};

async function read(
  files: Files,
  env: Readonly<Record<string, string>> = {},
  engine?: EngineName,
): Promise<ReadonlyMap<NodeId, Fingerprint>> {
  const root = await mkdtemp(path.join(tmpdir(), "fingerprint-"));
  try {
    for (const [file, text] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(root, file)), { recursive: true });
      await writeFile(path.join(root, file), text);
    }
    const parsed = parseProject(loadProjectFiles(root));
    if (parsed.project === undefined) throw new Error(JSON.stringify(parsed.diagnostics));
    const linked = link(parsed.project);
    const helpers = await loadHelpers(root, parsed.project.macros.helperFiles);
    expect([...parsed.diagnostics, ...linked.diagnostics, ...helpers.diagnostics]).toEqual([]);
    return fingerprints(linked.graph, {
      partials: parsed.project.macros.partials,
      helperChecksums: helpers.checksums,
      vars: parsed.project.pipelines.value.vars,
      env,
      engine,
    });
  } finally {
    await rm(root, { recursive: true });
  }
}

/** The files with one text in one of them replaced. */
function edited(file: string, from: string | RegExp, to: string): Files {
  const text = project[file] ?? "";
  const changed = text.replace(from, to);
  if (changed === text) throw new Error(`${file} holds no ${String(from)}`);
  return { ...project, [file]: changed };
}

function moved(from: string, to: string): Files {
  const { [from]: text = "", ...others } = project;
  return { ...others, [to]: text };
}

async function changedBy(
  files: Files,
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly own: readonly string[]; readonly full: readonly string[] }> {
  const [before, after] = await Promise.all([read(project), read(files, env)]);
  expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
  const differing = (version: "own" | "full") =>
    [...after].flatMap(([id, print]) => (print[version] === before.get(id)?.[version] ? [] : [id]));
  return { own: differing("own").sort(), full: differing("full").sort() };
}

const item = "cleaned.item";
const readers = [
  "gold.item",
  "test.no_free_item",
  "test.not_null.gold.item.id",
  "test.unique.gold.item.id",
];

describe("a change that can change a result changes the fingerprint, and those downstream", () => {
  test.each<[string, Files, string, keyof FingerprintParts]>([
    [
      "a model's SQL",
      edited("models/cleaned/item.sql", "select *", "select distinct *"),
      item,
      "body",
    ],
    [
      "a comment, for a template may render into one",
      edited("models/cleaned/item.sql", "\n", " -- {{#if 1}}\n-- {{/if}}\n"),
      item,
      "body",
    ],
    [
      "a column's type",
      edited("models/cleaned/item.yml", "price, type: integer", "price, type: bigint"),
      item,
      "contract",
    ],
    [
      "a column's name",
      edited("models/cleaned/item.yml", "name: price", "name: amount"),
      item,
      "contract",
    ],
    [
      "the order of columns",
      edited("models/gold/category.yml", /\[(.*\}), (.*)\]/, "[$2, $1]"),
      "gold.category",
      "contract",
    ],
    [
      "a key",
      edited("models/gold/category.yml", "columns", "key: [id]\ncolumns"),
      "gold.category",
      "contract",
    ],
    [
      "a materialization",
      edited("models/cleaned/item.yml", "columns", "materialized: table\ncolumns"),
      item,
      "config",
    ],
    [
      "a folder's default",
      edited("pipelines.yaml", "materialized: table", "materialized: view"),
      "gold.category",
      "config",
    ],
    ["a partial inside a partial", edited("macros/newest.hbs", "newest", "new"), item, "macros"],
    ["what a helper imports", edited("macros/lib/factor.js", "100", "1000"), item, "macros"],
    ["a helper", edited("macros/cents.ts", "*", "+"), item, "macros"],
    [
      "a variable that a partial names",
      edited("pipelines.yaml", "floor: 10", "floor: 20"),
      item,
      "vars",
    ],
    ["a seed's row", edited("seeds/category.csv", "General", "Home"), "raw.category", "body"],
    [
      "a seed's type",
      edited("seeds/category.yml", "type: integer", "type: bigint"),
      "raw.category",
      "contract",
    ],
    [
      "how a source is extracted",
      edited("sources/oltp.yml", "extract: incremental\n    cursor: updated_at", "extract: full"),
      "raw.item",
      "config",
    ],
  ])("%s", async (_, files, id, part) => {
    const before = await read(project);
    const after = await read(files);
    const own = before.get(id as NodeId);
    const changed = after.get(id as NodeId);
    expect(changed?.own).not.toBe(own?.own);
    const parts = Object.keys(own?.parts ?? {}) as (keyof FingerprintParts)[];
    expect(parts.filter((name) => own?.parts?.[name] !== changed?.parts?.[name])).toEqual([part]);
  });

  test("only what names it is changed by it, and what reads that in `full` alone", async () => {
    expect(await changedBy(edited("macros/lib/factor.js", "100", "1000"))).toEqual({
      own: [item],
      full: [item, ...readers],
    });
    expect(await changedBy(project, { REGION: "US" })).toEqual({
      own: ["gold.item"],
      full: readers,
    });
    expect(await changedBy(edited("tests/no_free_item.sql", "= 0", "<= 0"))).toEqual({
      own: ["test.no_free_item"],
      full: ["test.no_free_item"],
    });
    expect(await changedBy(edited("seeds/category.csv", "General", "Home"))).toEqual({
      own: ["raw.category"],
      full: ["gold.category", "raw.category"],
    });
  });

  test("a variable whose name is known only in rendering may be any of them", async () => {
    const dynamic = {
      ...edited("macros/outer.hbs", '{{var "floor"}}', "{{var name}}"),
      "models/cleaned/item.sql": (project["models/cleaned/item.sql"] ?? "").replace(
        "{{> outer",
        '{{> outer name="floor"',
      ),
    };
    const bump = {
      ...dynamic,
      "pipelines.yaml": (project["pipelines.yaml"] ?? "").replace("unused: 1", "unused: 2"),
    };
    const [before, after] = await Promise.all([read(dynamic), read(bump)]);
    expect(after.get(item)?.own).not.toBe(before.get(item)?.own);
    expect(after.get("gold.category")?.own).toBe(before.get("gold.category")?.own);
  });
});

describe("nothing else changes a fingerprint", () => {
  test.each<[string, Files]>([
    ["a description", edited("models/cleaned/item.yml", "Items.", "All items.")],
    ["a column's description", edited("models/cleaned/item.yml", "The item.", "An item.")],
    ["the grain", edited("models/gold/item.yml", "One row per item", "A row for each item")],
    ["a tag", edited("pipelines.yaml", "nightly", "daily")],
    [
      "the order of YAML keys",
      edited(
        "models/gold/item.yml",
        /materialized: (.*)\ncursor: (.*)\n/,
        "cursor: $2\nmaterialized: $1\n",
      ),
    ],
    [
      "lines that end as on Windows",
      Object.fromEntries(
        Object.entries(project).map(([file, text]) => [file, text.replaceAll("\n", "\r\n")]),
      ),
    ],
    ["a helper that nobody calls", edited("macros/unused.ts", '"1"', '"2"')],
    ["a variable that nobody names", edited("pipelines.yaml", "unused: 1", "unused: 2")],
    ["a comment in YAML", edited("models/gold/item.yml", "key:", "# The key.\nkey:")],
    ["a partial's folder", moved("macros/newest.hbs", "macros/deep/newest.hbs")],
    ["the place of a source's file", moved("sources/oltp.yml", "sources/deep/shop.yml")],
    ["a line further down", edited("models/gold/item.yml", "columns:", "\n\ncolumns:")],
  ])("%s", async (_, files) => {
    expect(await changedBy(files)).toEqual({ own: [], full: [] });
  });

  test("a model's folder inside its zone", async () => {
    const sql = moved("models/gold/category.sql", "models/gold/lookup/category.sql");
    const { "models/gold/category.yml": yaml = "", ...others } = sql;
    expect(await changedBy({ ...others, "models/gold/lookup/category.yml": yaml })).toEqual({
      own: [],
      full: [],
    });
  });
});

test("how Redshift stores a table makes another version of it there, and nowhere else", async () => {
  const stored = edited("models/gold/category.yml", "grain", "redshift: { sort: [id] }\ngrain");
  const own = async (files: Files, engine: EngineName) =>
    (await read(files, {}, engine)).get("gold.category")?.own;
  expect(await own(stored, "duckdb")).toBe(await own(project, "duckdb"));
  expect(await own(stored, "redshift")).not.toBe(await own(project, "redshift"));
});

test("any edit of any model's text is seen in it and in all that read it, and nowhere else", async () => {
  const before = await read(project);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("cleaned/item", "gold/item", "gold/category"),
      fc.nat(),
      fc.constantFrom("a", "1", " ", "'", "é"),
      async (stem, at, inserted) => {
        const file = `models/${stem}.sql`;
        const text = project[file] ?? "";
        // Outside of the tags, so that the template stays sound.
        const line = "\nwhere 1 = 1 ";
        const offset = at % line.length;
        const added = line.slice(0, offset) + inserted + line.slice(offset);
        const [with1, with2] = await Promise.all([
          read({ ...project, [file]: text + line }),
          read({ ...project, [file]: text + added }),
        ]);
        const id = stem.replace("/", ".") as NodeId;
        const differing = [...with2].flatMap(([node, { own }]) =>
          own === with1.get(node)?.own ? [] : [node],
        );
        expect(differing).toEqual([id]);
        expect(with2.get(id)?.own).not.toBe(before.get(id)?.own);
      },
    ),
    { numRuns: 15 },
  );
});
