import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Memory } from "../core/memory.ts";
import { loadProjectFiles } from "../load/project-files.ts";
import type { ProjectFiles, TextFile } from "../load/project-files.ts";
import { parseProject } from "./project.ts";

/** A memory that keeps what a file would keep, and counts what it could tell. */
function jsonMemory(): Memory & { recalled: number } {
  const kept = new Map<string, string>();
  return {
    recalled: 0,
    recall(key) {
      const json = kept.get(key);
      if (json === undefined) return undefined;
      this.recalled += 1;
      return JSON.parse(json) as unknown;
    },
    keep(key, value) {
      kept.set(key, JSON.stringify(value));
    },
  };
}

type Texts = ReadonlyMap<string, string>;

function projectOf(texts: Texts): ProjectFiles {
  const among = (pattern: RegExp): TextFile[] =>
    [...texts]
      .filter(([file]) => pattern.test(file))
      .map(([file, text]) => ({ file, text }))
      .sort((a, b) => (a.file < b.file ? -1 : 1));
  return {
    root: "/project",
    pipelines: { file: "pipelines.yaml", text: texts.get("pipelines.yaml") ?? "" },
    sources: [],
    modelSql: among(/^models.*\.sql$/),
    modelYaml: among(/^models.*\.ya?ml$/),
    partials: among(/\.hbs$/),
    helpers: among(/^macros.*\.ts$/).map(({ file }) => file),
    seeds: [],
    seedYaml: [],
    testSql: [],
    testYaml: [],
    unitTestYaml: [],
    fixtures: [],
  };
}

const yaml = (more = "") =>
  `grain: One row.\nkey: [id]\ncolumns:\n  - name: id\n    type: integer\n${more}`;
const pipelines = (more: string) =>
  `project: p\ndefault_target: local\ntargets:\n  local: { engine: duckdb, warehouse: w, lake: l }\n${more}`;

const variants: readonly (readonly [RegExp, readonly string[]])[] = [
  [
    /\.sql$/,
    [
      "select 1 as id\n",
      'select * from {{ref "gold.b"}}\n',
      '{{> recent}} {{day "x"}}\n',
      "select {{#if\n",
      "",
    ],
  ],
  [
    /^models.*ml$/,
    [
      yaml(),
      yaml("    tests: [unique]\n"),
      yaml("  - { name: id, type: text }\n"),
      "grain: 1\n",
      "a: [\n",
      yaml("tags: [x]\n"),
    ],
  ],
  [/\.hbs$/, ['{{ref "gold.a"}}', '{{ref "gold.b"}}', "where 1 = 1"]],
  [/\.ts$/, [""]],
  [
    /^pipelines/,
    [
      pipelines(""),
      pipelines("vars: { x: 1 }\n"),
      pipelines("models:\n  gold: { materialized: table, tags: [daily] }\n"),
      "project: [\n",
    ],
  ],
];
const files = [
  "pipelines.yaml",
  "macros/recent.hbs",
  "macros/day.ts",
  ...["models/gold/a", "models/gold/b", "models/work/c"].flatMap((stem) => [
    `${stem}.sql`,
    `${stem}.yml`,
  ]),
  "models/gold/a.yaml",
];
const start: Texts = new Map(
  files
    .filter((file) => !file.endsWith("a.yaml"))
    .map((file) => [file, variants.find(([pattern]) => pattern.test(file))![1][0]!]),
);

const edit = fc
  .tuple(
    fc.constantFrom(...files),
    fc.nat(20),
    fc.constantFrom("write", "write", "remove", "rename"),
  )
  .map(([file, number, kind]) => (texts: Texts): Texts => {
    const changed = new Map(texts);
    const choices = variants.find(([pattern]) => pattern.test(file))![1];
    if (kind === "write") changed.set(file, choices[number % choices.length]!);
    else if (file !== "pipelines.yaml") {
      if (kind === "rename") changed.set(file.replace(/(\w+)\./, "$1_new."), texts.get(file) ?? "");
      changed.delete(file);
    }
    return changed;
  });

test("after any edits, a project parsed from memory is the project parsed from its files", () => {
  let recalled = 0;
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 8 }), (edits) => {
      const memory = jsonMemory();
      let texts = start;
      for (const apply of edits) {
        const project = projectOf(texts);
        const parsed = parseProject(project);
        const remembered = parseProject(project, memory);
        expect(remembered.diagnostics).toEqual(parsed.diagnostics);
        for (const part of ["models", "tests", "unitTests"] as const) {
          expect(remembered.project?.[part]).toEqual(parsed.project?.[part]);
        }
        texts = apply(texts);
      }
      recalled += memory.recalled;
    }),
    { numRuns: 300 },
  );
  expect(recalled).toBeGreaterThan(300);
});

test("nothing of this project's own models is lost in memory", () => {
  const own = loadProjectFiles(fileURLToPath(new URL("../..", import.meta.url)));
  const memory = jsonMemory();
  const { project } = parseProject(own);
  parseProject(own, memory);
  const remembered = parseProject(own, memory).project;
  expect(memory.recalled).toBe(own.modelSql.length);
  for (const part of ["models", "tests", "unitTests"] as const) {
    expect(remembered?.[part]).toEqual(project?.[part]);
  }
});

test("a model is remembered by the rows that its unit tests take from fixtures, and by the text of its generic tests", () => {
  const memory = jsonMemory();
  const parsed = (rows: string, condition: string) => {
    const declared = `${yaml("    tests: [small]\n")}unit_tests:\n  - name: works\n    given: []\n    expect: { fixture: ids }\n`;
    const own = projectOf(
      new Map([
        ["pipelines.yaml", pipelines("")],
        ["models/gold/a.sql", "select 1 as id\n"],
        ["models/gold/a.yml", declared],
        ["macros/tests/small.hbs", `select * from {{relation}} where {{column}} ${condition}`],
      ]),
    );
    const fixtures = [{ file: "tests/fixtures/ids.csv", text: `id\n${rows}` }];
    const { project, diagnostics } = parseProject({ ...own, fixtures }, memory);
    expect(diagnostics).toEqual([]);
    return JSON.stringify([project?.tests, project?.unitTests]);
  };
  const first = parsed("1\n", "> 9");
  expect(parsed("1\n", "> 9")).toBe(first);
  expect(memory.recalled).toBe(1);
  expect(parsed("2\n", "> 9")).toContain('"value":"2"');
  expect(parsed("1\n", "> 8")).toContain("> 8");
});
