import { beforeEach, describe, expect, test } from "@jest/globals";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openDuckDb } from "../../runner/engine/duckdb/engine.ts";
import { codesIn, linesOf } from "./testing/cli.ts";
import { guardedProject, secrets } from "./testing/guarded-project.ts";
import { openForTests } from "./testing/open-for-tests.ts";
import { TestProject } from "./testing/project.ts";

let project: TestProject;

openForTests(async (hold) => {
  project = await hold(new TestProject(guardedProject));
  await project.ok("build");
  await project.keep("built");
});

beforeEach(() => project.restore("built"));

const as = (role: string, ...rest: readonly string[]) => ["query", "--role", role, ...rest];

async function rows(role: string, query: string) {
  return linesOf((await project.ok(...as(role, query, "--json"))).stdout);
}

/** What is on record of the queries of roles so far, a line each. */
function audited(): string {
  const folder = join(project.home, "audit");
  const days = existsSync(folder) ? readdirSync(folder).sort() : [];
  return days.map((day) => readFileSync(join(folder, day), "utf8")).join("");
}

function manifest(relation: string) {
  const file = join(project.lake, ...relation.split("."), "_manifest.json");
  return JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
}

describe("a table that a role writes", () => {
  test("is made, changed, replaced and dropped, and a build and a collection leave it alone", async () => {
    await project.ok(
      ...as("scientist", "create table work.x as select region_id from gold.region"),
    );
    await project.ok(...as("scientist", "insert into work.x values (7)"));
    await project.ok(...as("scientist", "update work.x set region_id = 8 where region_id = 7"));
    await project.ok(...as("scientist", "delete from work.x where region_id = 1"));
    await project.ok("build");
    await project.ok("gc", "--retention", "0s");
    await project.ok("lake", "gc");
    await project.ok("lake", "verify");
    const kept = await rows("scientist", "select region_id from work.x order by 1");
    expect(kept).toEqual([{ region_id: 2 }, { region_id: 8 }]);
    await project.ok(...as("scientist", "create or replace table work.x as select 'a' as b"));
    expect(await rows("scientist", "from work.x")).toEqual([{ b: "a" }]);
    await project.ok(...as("scientist", "drop table work.x"));
    const gone = await project.run(as("scientist", "from work.x"));
    expect(gone.stderr).toContain("There is no relation work.x.");
  });

  test("carries the classes that its writer saw, so that others see it masked", async () => {
    await project.ok(
      ...as(
        "engineer",
        "create table work.p as select email as contact, person_id from gold.person",
      ),
    );
    expect(manifest("work.p").columns).toEqual([
      { name: "contact", type: "varchar", classes: ["pii.email"] },
      { name: "person_id", type: "integer" },
    ]);
    const report = await project.ok("access", "report", "--column", "work.p.contact", "--json");
    expect(linesOf(report.stdout).map(({ role, seen }) => [role, seen])).toEqual([
      ...[
        ["engineer", "clear"],
        ["scientist", "hashed"],
        ["analyst", "none"],
      ],
    ]);
    const [seen] = await rows("scientist", "select contact from work.p where person_id = 1");
    expect(seen?.contact).toMatch(/^[0-9a-f]{64}$/);
    const changing = await project.run(as("scientist", "delete from work.p"));
    expect(changing.stderr).toContain("of which it does not see everything");
  });

  test("is not one that the project makes, and stands in no zone that the role only reads", async () => {
    for (const [role, statement, told] of [
      [
        "engineer",
        "create or replace table gold.region as select 1 as a",
        "models/gold/region.sql",
      ],
      ["engineer", "insert into raw.region values (3, 'x')", "seeds/region"],
      ["scientist", "create table gold.mine as select 1 as a", "gold.mine cannot be written"],
      ["scientist", "create table work.x as select count(*) from gold.region", "count_star()"],
    ] as const) {
      const ended = await project.run(as(role, statement));
      expect([codesIn(ended), ended.code]).toEqual([["ACCESS_DENIED"], 2]);
      expect(ended.stderr).toContain(told);
    }
  });

  test("is none that the project would make, nor one that its role does not name, before there are any", async () => {
    const clerk = `    clerk:
      description: Sees one table.
      zones: { work: write, gold: read }
      relations: [gold.region]
      members: ["*"]
`;
    const { "pipelines.yaml": pipelines = "" } = guardedProject;
    const region = { sql: "models/work/later.sql", yml: "models/work/later.yml" };
    project.write({
      "pipelines.yaml": pipelines.replace("    analyst:\n", `${clerk}    analyst:\n`),
      [region.sql]: 'select region_id from {{ref "raw.region"}}\n',
      [region.yml]:
        "grain: One row per region.\nkey: [region_id]\nmaterialized: table\ncolumns:\n  - { name: region_id, type: integer }\n",
    });
    try {
      for (const [role, name, told] of [
        ["scientist", "later", region.sql],
        ["clerk", "diary", "clerk may not change work.diary"],
      ] as const) {
        const ended = await project.run(as(role, `create table work.${name} as select 1 as a`));
        expect([codesIn(ended), ended.code]).toEqual([["ACCESS_DENIED"], 2]);
        expect(ended.stderr).toContain(told);
      }
      expect(existsSync(join(project.lake, "work"))).toBe(false);
    } finally {
      project.write(guardedProject);
      project.remove(region.sql, region.yml);
    }
  });

  test("is written once where two write it at the same time: the other is told", async () => {
    await project.ok(...as("scientist", "create table work.x as select 0 as a"));
    const insert = (value: number) =>
      project.run(as("scientist", `insert into work.x values (${value})`));
    const ended = await Promise.all([insert(1), insert(2), insert(3)]);
    const written = ended.filter(({ code }) => code === 0).length;
    expect(written).toBeGreaterThan(0);
    for (const each of ended.filter(({ code }) => code !== 0)) {
      expect(codesIn(each)).toEqual(["LAKE_POINTER_MOVED"]);
    }
    expect(await rows("scientist", "from work.x")).toHaveLength(1 + written);
  });

  test.each(["before-part-put", "after-part-put", "before-manifest", "after-manifest"])(
    "is the old one or the new one when its process is killed %s",
    async (point) => {
      await project.ok(...as("scientist", "create table work.x as select 1 as a"));
      const killed = await project.run(as("scientist", "insert into work.x values (2)"), {
        MERCADO_KILL_POINT: point,
      });
      expect(killed.signal).toBe("SIGKILL");
      const now = await rows("scientist", "from work.x order by a");
      expect(now).toEqual(point === "after-manifest" ? [{ a: 1 }, { a: 2 }] : [{ a: 1 }]);
      // What the killed one claimed keeps nobody out.
      await project.ok(...as("scientist", "insert into work.x values (3)"));
      expect(await rows("scientist", "from work.x")).toHaveLength(now.length + 1);
      await project.ok("lake", "verify");
    },
  );
});

describe("a role's query", () => {
  test("neither waits for a build that holds the warehouse nor keeps it waiting", async () => {
    const holder = await openDuckDb({ file: project.warehouse, threads: 1 });
    try {
      expect(await rows("scientist", "select count(*) as n from gold.region")).toEqual([{ n: 2 }]);
    } finally {
      await holder.close();
    }
  });

  test("gives CSV in which null is not an empty text, and Parquet to a file", async () => {
    const query = "select null as a, '' as b, 'x\"y' as c, 1.50 as d";
    const csv = await project.ok(...as("scientist", query, "--format", "csv"));
    expect(csv.stdout).toBe('a,b,c,d\n,"","x""y",1.50\n');
    const file = join(project.folder, "out.parquet");
    await project.ok(...as("scientist", query, "--format", "parquet", "--output", file));
    const plain = join(project.folder, "plain.csv");
    await project.ok(
      "query",
      "select region_name from gold.region order by 1",
      "--format",
      "csv",
      "--output",
      plain,
    );
    expect(readFileSync(plain, "utf8")).toBe("region_name\nNorth\nSouth\n");
    const engine = await openDuckDb({ file: ":memory:", threads: 1 });
    try {
      const { rows: read } = await engine.query(`from read_parquet('${file}')`);
      expect(read).toEqual([{ a: null, b: "", c: 'x"y', d: "1.50" }]);
    } finally {
      await engine.close();
    }
  });

  test("is refused whole where an export has more rows than the role may take", async () => {
    const ended = await project.run(
      as("analyst", "--user", "anna", "from range(200000)", "--format", "csv"),
    );
    expect([ended.code, codesIn(ended), ended.stdout]).toEqual([2, ["RESULT_TOO_LARGE"], ""]);
  });

  test("leaves on record who asked, as whom, and how it ended", async () => {
    await project.ok(...as("analyst", "--user", "bert", "select branch_name from gold.branch"));
    await project.run(as("analyst", "--user", "bert", "from raw.person"));
    const [asked, ended, , refusal] = linesOf(audited());
    expect(asked?.asked).toMatchObject({ user: "bert", role: "analyst" });
    expect(ended?.ended).toMatchObject({
      outcome: "answered",
      relations: ["gold.branch"],
      columns: ["gold.branch.branch_name"],
      rows: 1,
    });
    expect(refusal?.ended).toMatchObject({
      ...{ outcome: "refused", rows: 0, relations: ["raw.person"], columns: [] },
    });
    const tried = await project.ok("access", "log", "--json", "--reads", "raw.person");
    expect(linesOf(tried.stdout)).toMatchObject([{ user: "bert", statement: "from raw.person" }]);
  });

  test("cannot look like another one, nor like none, where the record is shown", async () => {
    const user = "eve\n2026-01-01T00:00:00 | anna | analyst | answered";
    const query = "select 1 as a -- \u001b[1A\u001b[2K";
    await project.ok(...as("scientist", "--user", user, query));
    const { stdout } = await project.ok("access", "log");
    const lines = stdout.trimEnd().split("\n");
    expect(lines).toHaveLength(3);
    expect(lines[2]).toContain("| eve 2026-01-01T00:00:00 | anna");
    expect(lines[2]).toContain("select 1 as a -- \\u{1b}[1A\\u{1b}[2K");
  });

  test("needs a role that there is, and that is the user's", async () => {
    for (const [args, code] of [
      [as("analist", "select 1"), "ACCESS_ROLE_UNKNOWN"],
      [as("analyst", "--user", "eve", "select 1"), "ACCESS_NOT_MEMBER"],
      [["query", "--user", "eve", "select 1"], "CLI_USAGE"],
    ] as const) {
      const ended = await project.run(args);
      expect([ended.code, codesIn(ended)]).toEqual([2, [code]]);
    }
  });

  test("ends with its process when it is interrupted", async () => {
    const endless =
      "with recursive r as (select 1 as a union all select a + 1 from r) select max(a) from r";
    const started = project.start(as("scientist", endless));
    while (!audited().includes("with recursive r")) await sleep(50);
    started.process.kill("SIGINT");
    expect((await started.ended).code).toBe(130);
  });
});

test("a masked relation shows nothing by a query that a role may not ask for", async () => {
  const shown = await project.ok(...as("scientist", "select * from gold.person", "--json"));
  for (const secret of secrets.slice(0, 2)) expect(shown.stdout).not.toContain(secret);
});
