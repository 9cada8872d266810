import { createHash } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../../runner/core/diagnostic.ts";
import { RoleSession } from "../../runner/command/role/role-session.ts";
import { guardedProject, secrets } from "./testing/guarded-project.ts";
import { openForTests } from "./testing/open-for-tests.ts";
import { TestProject } from "./testing/project.ts";
// Jest cannot link modules that are imported lazily at the same time: they are there already.
import "../../runner/lake/folder-lake.ts";
import "../../runner/lineage/query/analyze.ts";

let project: TestProject;
let session: RoleSession;
let filesBefore: readonly string[];

/** Every file of the project with its contents, its lake included, but for what is on record. */
function files(): readonly string[] {
  return readdirSync(project.folder, { recursive: true, encoding: "utf8" })
    .filter((name) => !name.includes("audit"))
    .map((name) => [name, join(project.folder, name)] as const)
    .map(([name, path]) => (statSync(path).isFile() ? `${name} ${hashOf(path)}` : name))
    .sort();
}

function hashOf(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

function partOf(relation: string): string {
  const folder = join(project.lake, ...relation.split("."));
  const manifest = JSON.parse(readFileSync(join(folder, "_manifest.json"), "utf8")) as {
    readonly files: readonly { readonly key: string }[];
  };
  return join(project.lake, manifest.files[0]!.key);
}

openForTests(async (hold) => {
  project = await hold(new TestProject(guardedProject));
  await project.ok("build");
  writeFileSync(join(project.folder, "outside.csv"), "a\nLovelace\n");
  session = await hold(
    RoleSession.open({ project: project.folder, role: "analyst", user: "anna" }),
  );
  filesBefore = files();
});

/** What somebody gets who asks: rows and messages in one text, with the code of a failure in front. */
async function attempt(
  statement: string,
): Promise<{ readonly code: string; readonly told: string }> {
  try {
    const answer = await session.ask(statement, { kind: "rows", limit: 1000 });
    return { code: "answered", told: JSON.stringify(answer) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { code: error.diagnostics[0]!.code, told: JSON.stringify(error.diagnostics) };
  }
}

type Try = readonly [what: string, statement: string | (() => string), code: RegExp];

const denied = /^ACCESS_DENIED$/;
const refused = /^(ACCESS_DENIED|SQL_FAILED)$/;
const harmless = /^(answered|ACCESS_DENIED|SQL_FAILED)$/;

const rawFile = () => partOf("raw.person");
const maskedFile = () => partOf("gold.person");
const lakeFolder = () => project.lake;
/** To a file that the engine can reach, for the statement names the relation that is read from it. */
const overwriting = () =>
  `copy (select 1 as region_id, 'gold.region' as region_name) to '${partOf("gold.region")}' (format parquet, use_tmp_file false)`;

const files_: readonly Try[] = [
  ["a file of another zone", () => `from read_parquet('${rawFile()}')`, denied],
  ["the file behind a masked relation", () => `from read_parquet('${maskedFile()}')`, denied],
  [
    "that file beside a query of the relation",
    () => `select p.email, f.email from gold.person p, read_parquet('${maskedFile()}') f`,
    denied,
  ],
  ["a file in FROM alone", () => `select * from '${rawFile()}'`, denied],
  [
    "a file by a way around",
    () => `from read_parquet('${lakeFolder()}/gold/../raw/person/run=x/part-00000.parquet')`,
    denied,
  ],
  ["a file by its URL", () => `from read_parquet('file://${rawFile()}')`, denied],
  ["a relative path", "from read_parquet('../../../../raw/person/*/*.parquet')", denied],
  [
    "hive partitions",
    () => `from read_parquet('${lakeFolder()}/raw/*/*/*.parquet', hive_partitioning = true)`,
    denied,
  ],
  ["statistics of a file", () => `from parquet_metadata('${maskedFile()}')`, denied],
  ["the schema of a file", () => `from parquet_schema('${rawFile()}')`, denied],
  ["a file's bytes", () => `from read_blob('${rawFile()}')`, denied],
  ["a text", "from read_text('/etc/passwd')", denied],
  ["a CSV", () => `from read_csv('${project.folder}/outside.csv')`, denied],
  ["a CSV in FROM", () => `from '${project.folder}/outside.csv'`, denied],
  ["what a CSV looks like", () => `from sniff_csv('${project.folder}/outside.csv')`, denied],
  ["JSON", () => `from read_json('${lakeFolder()}/raw/person/_manifest.json')`, denied],
  ["names of files", () => `from glob('${lakeFolder()}/**')`, denied],
  ["the warehouse", () => `attach '${project.warehouse}' as w (read_only)`, denied],
  ["another database", "attach ':memory:' as other", denied],
  ["no database", "detach memory", denied],
  ["another schema", "use gold", denied],
  ["to copy out", () => `copy gold.branch to '${project.folder}/out.csv'`, denied],
  ["to copy in", () => `copy gold.branch from '${project.folder}/outside.csv'`, denied],
  ["to write over a file that may be read", overwriting, denied],
  ["to write over it under EXPLAIN", () => `explain analyze ${overwriting()}`, denied],
  [
    "to write over it under EXPLAIN with options",
    () => `explain (analyze, format json) ${overwriting()}`,
    denied,
  ],
  [
    "to write over it under EXPLAIN, behind a comment in a comment",
    () => `explain /* /* */ select 1 -- */ analyze ${overwriting()}`,
    denied,
  ],
  ["to export all", () => `export database '${project.folder}/out'`, denied],
  ["to import all", () => `import database '${project.folder}'`, denied],
  ["S3", "from read_parquet('s3://bucket/raw/person.parquet')", refused],
  ["the web", "from read_csv('https://example.com/a.csv')", refused],
  ["an extension", "install httpfs", denied],
  ["an extension of anybody's", "install h3 from community", denied],
  ["a library", () => `load '${project.folder}/evil.duckdb_extension'`, denied],
];

const settings: readonly Try[] = [
  ...[
    "enable_external_access = true",
    "allowed_directories = ['/']",
    "allowed_paths = ['/etc/passwd']",
    "lock_configuration = false",
    "temp_directory = '/tmp'",
    "home_directory = '/'",
    "secret_directory = '/'",
    "memory_limit = '100GB'",
    "threads = 64",
    "custom_extension_repository = 'http://127.0.0.1'",
    "allow_unsigned_extensions = true",
    "autoload_known_extensions = true",
    "search_path = 'raw'",
    "errors_as_json = false",
  ].map((text): Try => [`to set ${text}`, `set ${text}`, denied]),
  ["to reset the lock", "reset lock_configuration", denied],
  ["to set a variable", "set variable x = (select 1)", denied],
  ["a pragma", "pragma enable_profiling", denied],
  ["a profile's file", () => `pragma profiling_output = '${project.folder}/profile.json'`, denied],
  [
    "a log's file",
    () => `call enable_logging(storage = 'file', storage_path = '${project.folder}/log')`,
    denied,
  ],
  [
    "a log's file as rows",
    () => `from enable_logging(storage = 'file', storage_path = '${project.folder}/log')`,
    harmless,
  ],
  ["a checkpoint", "force checkpoint", denied],
  ["a secret", "create secret (type s3, key_id 'a', secret 'b')", refused],
  ["secrets", "select * from duckdb_secrets()", harmless],
  ["the environment", "select getenv('PATH')", refused],
  ["the settings", "select name, value from duckdb_settings() where value like '%salt%'", harmless],
];

const names: readonly Try[] = [
  ["a relation of another zone", "select * from raw.person", denied],
  ["it in other letters", `select * from "RAW"."Person"`, denied],
  ["it behind a comment", "select * from raw/**/./**/person", denied],
  ["it with its catalogue", "select * from memory.raw.person", denied],
  ["it by a function", "select * from query('select * from raw.person')", denied],
  ["it by its name as a text", "select * from query_table('raw.person')", refused],
  ["it by a name put together", "select * from query_table('ra' || 'w.person')", refused],
  ["it in a subquery", "select (select max(email) from raw.person)", denied],
  [
    "it in a CTE of a name that may be read",
    "with person as (select * from raw.person) select * from person",
    denied,
  ],
  ["it under EXPLAIN", "explain analyze select * from raw.person", denied],
  ["what EXPLAIN would do", "explain analyze create table main.t as select 1 as a", denied],
  ["its description", "describe raw.person", denied],
  [
    "its columns",
    "select * from information_schema.columns where table_schema in ('raw', 'cleaned')",
    /^answered$/,
  ],
  ["a masked relation by a text", "select * from query_table('go' || 'ld.person')", refused],
  ["a view over it", "create view v as select * from raw.person", refused],
  ["a temporary table", "create temp table t as select * from gold.person", denied],
  ["a macro", "create macro gold.m() as table select * from gold.person", denied],
  ["a function in place of one", "create function lower(x) as x", denied],
  ["a type", "create type t as enum ('a')", denied],
  ["a sequence", "create sequence s", denied],
  ["an index", "create index i on gold.person (email)", denied],
  ["to prepare", "prepare p as select 1", denied],
  ["to execute", "execute p", refused],
  ["a transaction", "begin transaction", denied],
  ["two statements", "select 1; select * from raw.person", denied],
  ["a statement behind a comment", "select 1 --\n; attach 'x' as y", denied],
  ["to insert", "insert into gold.branch values (3, 1, 'x')", denied],
  ["to delete", "delete from gold.branch", denied],
  ["to drop", "drop view gold.branch", denied],
  ["to rename", "alter view gold.branch rename to b", denied],
];

const masked: readonly Try[] = [
  [
    "it in a group",
    "select family_name, email, count(*) from gold.person group by all",
    /^answered$/,
  ],
  [
    "its order",
    "select person_id, email from gold.person order by family_name desc, email",
    /^answered$/,
  ],
  [
    "it in a window",
    "select first_value(email) over (order by family_name) from gold.person",
    /^answered$/,
  ],
  ["all columns", "select columns(*) from gold.person", /^answered$/],
  ["all but one", "select * exclude (person_id) from gold.person", /^answered$/],
  ["it in a struct", "select p, to_json(p) from gold.person p", /^answered$/],
  ["it unpivoted", "unpivot (select family_name, email from gold.person) on columns(*)", harmless],
  [
    "it pivoted",
    "pivot gold.person on email in ('ada@example.co' || 'm') using count(*)",
    harmless,
  ],
  ["its summary", "summarize gold.person", /^answered$/],
  [
    "a search for it",
    "select person_id from gold.person where family_name = 'Love' || 'lace' or email like 'ada%'",
    /^answered$/,
  ],
  ["an error that shows it", "select cast(email as integer) from gold.person", /^SQL_FAILED$/],
  ["an error's own text", "select error(family_name || email) from gold.person", harmless],
  [
    "a row by a division",
    "select 1 / (region_id - 2) from gold.branch where 1 / (region_id - 2) < 5",
    /^answered$/,
  ],
  [
    "a row by an error",
    "select case when region_id = 2 then error(branch_name) end from gold.branch",
    /^answered$/,
  ],
  [
    "how many rows there are",
    "select estimated_size, has_primary_key from duckdb_tables()",
    /^answered$/,
  ],
  [
    "rows in a profile",
    "explain analyze select * from gold.branch where region_id = 2",
    /^answered$/,
  ],
  ["a plan", "explain (format json) (select * from gold.person)", /^answered$/],
  ["what made the relations", "select sql from duckdb_views() where not internal", /^answered$/],
];

const limits: readonly Try[] = [
  [
    "a recursion without end",
    "with recursive r as (select 1 as a union all select a + 1 from r) select max(a) from r",
    /^QUERY_(TIMEOUT|OUT_OF_MEMORY)$/,
  ],
  [
    "too much memory",
    "select list(range) from range(1000000000)",
    /^QUERY_(OUT_OF_MEMORY|TIMEOUT)$/,
  ],
  [
    "a sort of everything",
    "select * from range(1000000000) order by hash(range) limit 1",
    /^(answered|QUERY_(OUT_OF_MEMORY|TIMEOUT))$/,
  ],
];

describe.each([
  ["files and networks", files_],
  ["settings", settings],
  ["names", names],
  ["what is masked or filtered", masked],
  ["more than the limits", limits],
] as const)("an analyst who tries to reach %s", (_group, tries) => {
  test.each(tries)("gets nothing: %s", async (_what, statement, code) => {
    const text = typeof statement === "string" ? statement : statement();
    const outcome = await attempt(text);
    expect({ ...outcome, statement: text }).toMatchObject({ code: expect.stringMatching(code) });
    // What the asker wrote may come back, and nothing else that is secret.
    const told = outcome.told.replaceAll(text, "");
    for (const secret of secrets) expect(told).not.toContain(secret);
  });
});

test("these are more than forty tries, and none has left a file", () => {
  const all = [files_, settings, names, masked, limits].flat();
  expect(all.length).toBeGreaterThanOrEqual(40);
  expect(files()).toEqual(filesBefore);
  expect(existsSync(join(project.folder, "log"))).toBe(false);
});

test("the same looks find what an analyst may see", async () => {
  const hash = "select count(*) filter (length(email) = 64) as hashes from gold.person";
  expect((await attempt(hash)).told).toContain('{"hashes":1}');
  const rows = await attempt("select branch_name from gold.branch");
  expect(rows.told).toContain("seen-branch");
  const whole = await attempt("select * from gold.region");
  expect(whole.told).toContain("North");
});
