import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { existsSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { openDuckDb } from "../../runner/engine/duckdb/engine.ts";
import { codesIn, linesOf } from "./testing/cli.ts";
import { fingerprint } from "./testing/inspect.ts";
import { TestProject } from "./testing/project.ts";
import { seedProject } from "./testing/seed-project.ts";

let project: TestProject;
let built: string;

beforeAll(async () => {
  project = new TestProject({
    ...seedProject,
    "models/gold/north.sql": `select region_id, region_name from {{ref "cleaned.region"}} where region_name = 'North'\n`,
    "models/gold/north.yml": `grain: One row per region of the north.
key: [region_id]
materialized: table
columns:
  - { name: region_id, type: integer }
  - { name: region_name, type: varchar(50) }
`,
  });
  await project.ok("build");
  project.write({
    "models/gold/north.sql": `select region_id, upper(region_name) as region_name from {{ref "cleaned.region"}} where region_name = 'North'\n`,
  });
  await project.ok("build", "--env", "alice");
  const copy = new TestProject({});
  built = copy.folder;
  copy.takeHome(project.home);
});

beforeEach(() => {
  project.takeHome(join(built, ".mercado"));
});

afterAll(() => {
  project.close();
  rmSync(built, { recursive: true });
});

interface Manifest {
  readonly files: readonly {
    readonly key: string;
    readonly rows: number;
    readonly bytes: number;
  }[];
}

function pointer(relation: string, environment = ""): string {
  return join(project.lake, environment, ...relation.split("."), "_manifest.json");
}

function fileOf(relation: string): string {
  const { files } = JSON.parse(readFileSync(pointer(relation), "utf8")) as Manifest;
  return join(project.lake, files[0]!.key);
}

describe("runner lake ls", () => {
  test("lists what each pointer says, an environment's where it has its own", async () => {
    const all = linesOf((await project.ok("lake", "ls", "--json")).stdout);
    expect(all.map(({ relation, zone, rows, files }) => [relation, zone, rows, files])).toEqual([
      ["raw.region", "raw", 2, 1],
      ["cleaned.region", "cleaned", 2, 1],
      ["gold.north", "gold", 1, 1],
      ["gold.region", "gold", 2, 1],
    ]);
    const gold = linesOf(
      (await project.ok("lake", "ls", "gold", "--env", "alice", "--json")).stdout,
    );
    expect(gold.map(({ relation, environment }) => [relation, environment])).toEqual([
      ["gold.north", "alice"],
      ["gold.region", "production"],
    ]);
    expect((await project.ok("lake", "ls", "north")).stdout).toMatch(/gold\.north +\| +1 \|/);
  });

  test("says what was meant by a name that is not there", async () => {
    for (const [name, hint] of [
      ["gold.norht", 'Did you mean "gold.north"?'],
      ["glod", 'Did you mean "gold"?'],
      ["region", "Write one of raw.region, cleaned.region, gold.region."],
    ] as const) {
      const ended = await project.run(["lake", "ls", name]);
      expect([ended.code, codesIn(ended)]).toEqual([2, ["SELECT_NOTHING"]]);
      expect(ended.stderr).toContain(hint);
    }
    const ended = await project.run(["lake", "ls", "--env", "alise"]);
    expect([ended.code, codesIn(ended)]).toEqual([2, ["ENVIRONMENT_UNKNOWN"]]);
    expect(ended.stderr).toContain('Did you mean "alice"?');
  });

  test("and the other reading commands work while a build has the warehouse", async () => {
    const holder = await openDuckDb({ file: project.warehouse, threads: 1 });
    try {
      await project.ok("lake", "ls");
      await project.ok("lake", "verify");
      await project.ok("lake", "sql", "select count(*) from gold.north");
      const collecting = await project.run(["lake", "gc"]);
      expect([collecting.code, codesIn(collecting)]).toEqual([2, ["WAREHOUSE_BUSY"]]);
    } finally {
      await holder.close();
    }
  });
});

test("runner lake path leads to the files of a relation and to its manifest", async () => {
  const { stdout } = await project.ok("lake", "path", "gold.north");
  expect(stdout).toBe(`${fileOf("gold.north")}\n`);
  const ofAlice = await project.ok("lake", "path", "gold.north", "--env", "alice", "--manifest");
  expect(ofAlice.stdout).toBe(`${pointer("gold.north", "_environments/alice")}\n`);
  const unknown = await project.run(["lake", "path", "gold.south"]);
  expect([unknown.code, unknown.stdout]).toEqual([2, ""]);
});

test("runner lake show tells columns, files and sums as the manifest has them", async () => {
  const { stdout } = await project.ok("lake", "show", "gold.north");
  for (const part of ["region_name | varchar(50)", pointer("gold.north"), "part-00000.parquet"]) {
    expect(stdout).toContain(part);
  }
  const [shown] = linesOf((await project.ok("lake", "show", "gold.north", "--json")).stdout);
  expect(shown).toMatchObject({ environment: "production", manifest: { relation: "gold.north" } });
});

describe("runner lake sql", () => {
  test("joins zones, reads what the project has forgotten, and needs no project but its settings", async () => {
    project.write({ "models/gold/north.sql": "select {{ broken" });
    const query = "select n.region_name from gold.north n join raw.region r using (region_id)";
    expect(linesOf((await project.ok("lake", "sql", query, "--json")).stdout)).toEqual([
      { region_name: "North" },
    ]);
    const ofAlice = await project.ok("lake", "sql", query, "--json", "--env", "alice");
    expect(linesOf(ofAlice.stdout)).toEqual([{ region_name: "NORTH" }]);
  });

  test("never takes a relation that a query names by stealth for an empty one", async () => {
    const ended = await project.run([
      "lake",
      "sql",
      "select count(region_id) from query_table('go' || 'ld.nor' || 'th')",
    ]);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("gold.north can be read by a query that names it so");
  });
});

describe("runner lake verify", () => {
  test("finds nothing to complain of in a sound lake, and changes nothing", async () => {
    const before = fingerprint(project.home);
    const ended = await project.ok("lake", "verify");
    expect(ended.stderr).toContain("5 manifests and 5 files read");
    const results = linesOf((await project.ok("lake", "verify", "gold", "--json")).stdout);
    expect(
      results.map(({ relation, environment, status }) => [relation, environment, status]),
    ).toEqual([
      ["gold.north", "production", "ok"],
      ["gold.region", "production", "ok"],
      ["gold.north", "alice", "ok"],
    ]);
    expect(fingerprint(project.home)).toEqual(before);
  });

  const damages: readonly (readonly [string, () => void, string])[] = [
    [
      "is lost",
      () => {
        rmSync(fileOf("gold.north"));
      },
      "is not there",
    ],
    [
      "has one bit turned",
      () => {
        const content = readFileSync(fileOf("gold.north"));
        content[20] = (content[20] ?? 0) ^ 1;
        writeFileSync(fileOf("gold.north"), content);
      },
      "has another content",
    ],
    [
      "is cut short",
      () => {
        const content = readFileSync(fileOf("gold.north"));
        writeFileSync(fileOf("gold.north"), content.subarray(0, content.length - 1));
      },
      "bytes instead of",
    ],
    [
      "is said to have more rows than it has",
      () => {
        rewrite("gold.north", (text) => text.replace(/"rows": 1/, '"rows": 2'));
      },
      "has 1 rows instead of 2",
    ],
    [
      "is said to have another column",
      () => {
        rewrite("gold.north", (text) => text.replace('"varchar(50)"', '"integer"'));
      },
      "region_name varchar instead of",
    ],
    [
      "has an entry for Redshift that leads elsewhere",
      () => {
        rewrite("gold.north", (text) =>
          text.replace(/part-00000.parquet",\n\s+"mandatory/, 'part-00001.parquet",\n"mandatory'),
        );
      },
      "entries for Redshift",
    ],
    [
      "has an entry for Redshift of another length",
      () => {
        rewrite("gold.north", (text) =>
          text.replace(/"content_length": \d+/, '"content_length": 1'),
        );
      },
      "entries for Redshift",
    ],
    [
      "has a manifest that cannot be read",
      () => {
        rewrite("gold.north", (text) => text.slice(0, 100));
      },
      "The manifest of gold.north cannot be read",
    ],
  ];

  test.each(damages)("names a file that %s, with a way out", async (_, damage, said) => {
    damage();
    const ended = await project.run(["lake", "verify"]);
    expect([ended.code, codesIn(ended)]).toEqual([1, ["LAKE_CORRUPT"]]);
    expect(ended.stderr).toContain(said);
    expect(ended.stderr).toMatch(/-> (Bring|Readers|Restore)/);
  });

  test("names every fault, and says which relations are sound", async () => {
    rmSync(fileOf("gold.north"));
    rmSync(fileOf("raw.region"));
    const ended = await project.run(["lake", "verify", "--json"]);
    expect(ended.code).toBe(1);
    const lines = linesOf(ended.stdout);
    expect(lines.filter(({ type }) => type === "diagnostic")).toHaveLength(2);
    expect(lines.filter(({ status }) => status === "ok").map(({ relation }) => relation)).toEqual([
      "cleaned.region",
      "gold.region",
      "gold.north",
    ]);
  });

  function rewrite(relation: string, change: (text: string) => string): void {
    const text = readFileSync(pointer(relation), "utf8");
    expect(change(text)).not.toBe(text);
    writeFileSync(pointer(relation), change(text));
  }
});

describe("runner lake gc", () => {
  const twoDaysAgo = Date.now() / 1000 - 2 * 24 * 60 * 60;

  function stray(key: string, age = twoDaysAgo): string {
    const path = join(project.lake, key);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, "stray");
    utimesSync(path, age, age);
    return path;
  }

  test("removes old files that no manifest and no kept version lists, and nothing else", async () => {
    for (const relation of ["raw.region", "gold.north"]) {
      utimesSync(fileOf(relation), twoDaysAgo, twoDaysAgo);
    }
    const superseded = fileOf("gold.north");
    project.write({
      "models/gold/north.sql": `select region_id, lower(region_name) as region_name from {{ref "cleaned.region"}} where region_name = 'North'\n`,
    });
    await project.ok("build");
    expect(fileOf("gold.north")).not.toBe(superseded);
    const old = stray("gold/north/run=lost/part-00000.parquet");
    const ofDay = stray("raw/region/dt=2026-03-01/run=lost/part-00000.parquet");
    const ofUnknownRelation = stray("raw/other/run=x/part-00000.parquet");
    const staged = stray("gold/north/run=lost/.part-00001.parquet.tmp");
    const recent = stray("gold/north/run=now/part-00000.parquet", Date.now() / 1000);
    const foreign = stray("notes.txt");
    const removed = [old, ofDay, ofUnknownRelation, staged];
    const kept = [recent, foreign, superseded, fileOf("gold.north"), fileOf("raw.region")];

    const tried = await project.ok("lake", "gc", "--dry-run");
    expect(tried.stderr).toContain("Would remove 4 files");
    expect([...removed, ...kept].every((path) => existsSync(path))).toBe(true);

    const ended = await project.ok("lake", "gc", "--json");
    expect(linesOf(ended.stdout).map(({ kind, key }) => [kind, key])).toEqual([
      ["staged", "gold/north/run=lost/.part-00001.parquet.tmp"],
      ["part", "gold/north/run=lost/part-00000.parquet"],
      ["part", "raw/other/run=x/part-00000.parquet"],
      ["part", "raw/region/dt=2026-03-01/run=lost/part-00000.parquet"],
    ]);
    expect(removed.filter((path) => existsSync(path))).toEqual([]);
    expect(kept.filter((path) => !existsSync(path))).toEqual([]);
    await project.ok("lake", "verify");
    await project.ok("rollback");
    await project.ok("lake", "verify");
  });

  test("removes nothing when a manifest cannot be read: nobody knows what it needs", async () => {
    const old = stray("gold/north/run=lost/part-00000.parquet");
    writeFileSync(pointer("gold.north", "_environments/alice"), "{");
    const ended = await project.run(["lake", "gc"]);
    expect([ended.code, codesIn(ended)]).toEqual([2, ["LAKE_CORRUPT"]]);
    expect(existsSync(old)).toBe(true);
  });

  test("never takes what is so young that a build may be writing it", async () => {
    const ended = await project.run(["lake", "gc", "--older-than", "10m"]);
    expect([ended.code, codesIn(ended)]).toEqual([2, ["CLI_USAGE"]]);
  });
});
