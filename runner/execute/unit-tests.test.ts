import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { readTextProject, TextProject } from "./testing/text-project.ts";
import type { Files } from "./testing/text-project.ts";

const columns = `columns:
  - { name: id, type: integer }
  - { name: name, type: varchar(20) }
  - { name: amount, type: "numeric(18,2)" }
  - { name: seen_at, type: timestamp }
`;
const upstream: Files = {
  "models/cleaned/item.sql":
    "select cast(0 as integer) as id, cast('' as varchar(20)) as name, cast(0 as numeric(18,2)) as amount, cast('2026-01-01' as timestamp) as seen_at where 1 = 0",
  "models/cleaned/item.yml": `grain: an item\nmaterialized: table\n${columns}`,
};

/** A model over cleaned.item with one unit test. */
function itemWith(unitTest: string, sql: string, settings = "materialized: table"): Files {
  return {
    ...upstream,
    "models/gold/item.sql": sql,
    "models/gold/item.yml": `grain: an item\n${settings}\n${columns}unit_tests:\n  - name: works\n${unitTest}`,
  };
}

const allOfIt = 'select * from {{ref "cleaned.item"}}';
const id = "unit_test.gold.item.works";

let project: TextProject;
beforeEach(async () => {
  project = await TextProject.open();
});
afterEach(() => project.close());

async function outcomeOf(files: Files) {
  const { outcomes } = await project.build(3, files, { selected: [id] });
  return outcomes.get(id)!;
}

const problemsOf = async (files: Files) => (await readTextProject(files)).diagnostics;

const one = `    given:
      - ref: cleaned.item
        rows:
          - { id: 1, name: ann, amount: 12345678901234.50 }
          - { id: 2, name: '', seen_at: 2026-03-01 }
          - { id: 3, name: null }
`;

describe("a unit test of a table", () => {
  test("passes when the rows are those that are expected, in any order, with columns left out null", async () => {
    const expected = `    expect:
      rows:
        - { id: 3 }
        - { id: 2, name: '', seen_at: 2026-03-01 00:00 }
        - { id: 1, name: ann, amount: 12345678901234.50 }
`;
    expect((await outcomeOf(itemWith(one + expected, allOfIt))).diagnostic).toBeUndefined();
  });

  test("needs no table: nothing has to be built, and nothing is", async () => {
    const expected = "    expect: { rows: [{ id: 1 }, { id: 2 }, { id: 3 }] }\n";
    const { status, plan } = await project.build(3, itemWith(one + expected, allOfIt), {
      selected: [id],
    });
    expect(status).toBe("succeeded");
    expect(plan.steps.map((step) => step.id)).toEqual([id]);
    const { rows } = await project.warehouse.engine.query(
      "select 1 from information_schema.tables where table_schema in ('cleaned', 'gold')",
    );
    expect(rows).toEqual([]);
  });

  test("shows what differs cell by cell, null apart from nothing, exactly to the cent", async () => {
    const expected = `    expect:
      rows:
        - { id: 1, name: ann, amount: 12345678901234.51 }
        - { id: 2, name: null }
        - { id: 4, name: "null" }
`;
    const { status, rows, diagnostic } = await outcomeOf(
      itemWith(
        `    description: Items go through as they are.\n${one}${expected}`,
        allOfIt,
        "materialized: table\nkey: [id]",
      ),
    );
    expect([status, rows]).toEqual(["failed", 4]);
    expect(diagnostic?.message).toBe(
      "gold.item.works: 2 rows differ, 1 row is missing, 1 row is unexpected.",
    );
    expect(diagnostic?.frame?.split("\n")).toEqual([
      "  id | name   | amount",
      "- 1  | ann    | 12345678901234.51",
      "+ 1  | ann    | 12345678901234.50",
      "                ^^^^^^^^^^^^^^^^^",
      "- 2  | null   | null",
      "+ 2  | ''     | null",
      "       ^^",
      "- 4  | 'null' | null",
      "+ 3  | null   | null",
    ]);
    expect(diagnostic?.place).toMatchObject({ file: "models/gold/item.yml", line: 10 });
    expect(diagnostic?.cause).toContain("Items go through as they are.");
  });

  test("tells one row from two of the same", async () => {
    const twice = `${allOfIt} union all ${allOfIt}`;
    const given = "    given: [{ ref: cleaned.item, rows: [{ id: 1 }] }]\n";
    const { diagnostic } = await outcomeOf(
      itemWith(`${given}    expect: { rows: [{ id: 1 }] }\n`, twice),
    );
    expect(diagnostic?.message).toBe("gold.item.works: 1 row is unexpected, 1 row as expected.");
  });

  test("expects no row when none is listed, and compares all columns then", async () => {
    const given = "    given: [{ ref: cleaned.item, rows: [{ id: 1 }] }]\n";
    const files = itemWith(`${given}    expect: { rows: [] }\n`, allOfIt);
    expect((await outcomeOf(files)).status).toBe("failed");
    const none = itemWith(`${given}    expect: { rows: [] }\n`, `${allOfIt} where id > 1`);
    expect((await outcomeOf(none)).status).toBe("ok");
  });

  test("takes rows as CSV in the YAML and from tests/fixtures, and variables of its own", async () => {
    const unitTest = `    vars: { least: 2 }
    given: [{ ref: cleaned.item, fixture: items }]
    expect:
      csv: |
        id,name
        2,""
        3,
`;
    const files = {
      ...itemWith(unitTest, `${allOfIt} where id >= {{var "least"}}`),
      "tests/fixtures/items.csv": 'id,name\n1,ann\n2,""\n3,\n',
    };
    expect((await outcomeOf(files)).diagnostic).toBeUndefined();
  });

  test("reads a seed's own rows, an ephemeral model's query, and nothing of what is not given", async () => {
    const files = {
      ...itemWith(
        "    given: [{ ref: cleaned.item, rows: [{ id: 1, name: ann }] }]\n    expect: { rows: [{ id: 1, name: North }] }\n",
        'select items.id, regions.name, items.amount, items.seen_at from {{ref "work.named"}} as items join {{ref "raw.region"}} as regions on regions.id = items.id left join {{ref "cleaned.other"}} as others on others.id = items.id where others.id is null',
      ),
      "models/work/named.sql":
        'with items as (select * from {{ref "cleaned.item"}}) select * from items',
      "models/work/named.yml": `grain: an item\nmaterialized: ephemeral\n${columns}`,
      "models/cleaned/other.sql": "select cast(1 as integer) as id",
      "models/cleaned/other.yml":
        "grain: other\nmaterialized: table\ncolumns: [{ name: id, type: integer }]",
      "seeds/region.csv": "id,name\n1,North\n2,South\n",
      "seeds/region.yml":
        "columns: [{ name: id, type: integer }, { name: name, type: varchar(20) }]",
    };
    expect((await outcomeOf(files)).diagnostic).toBeUndefined();
  });

  test("points at the model's line when its SQL is refused", async () => {
    const files = itemWith(
      "    expect: { rows: [{ id: 1 }] }\n",
      'select\n    id, name, amount, seen_at, nothing_there\nfrom {{ref "cleaned.item"}}',
    );
    const { status, diagnostic } = await outcomeOf(files);
    expect(status).toBe("failed");
    expect(diagnostic?.place).toMatchObject({ file: "models/gold/item.sql", line: 2 });
  });
});

test("rows in any order and number are equal to themselves, and to nothing else", async () => {
  const row = fc.record({
    id: fc.integer({ min: -5, max: 5 }),
    name: fc.option(fc.constantFrom("", "null", "a", " a", "it's", 'say "x"', "é"), { nil: null }),
    amount: fc.option(fc.constantFrom("0.10", "-0.01", "99999999999999.99"), { nil: null }),
  });
  const yaml = (rows: readonly object[]) => JSON.stringify(rows);
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 5 }), fc.nat(), async (rows, at) => {
      const turned = rows.map((_, index) => rows[(index + at) % rows.length]!);
      const given = `    given: [{ ref: cleaned.item, rows: ${yaml(rows)} }]\n`;
      const same = itemWith(`${given}    expect: { rows: ${yaml(turned)} }\n`, allOfIt);
      expect((await outcomeOf(same)).diagnostic).toBeUndefined();
      const [first, ...others] = turned;
      const changed = [{ ...first!, id: first!.id + 1 }, ...others];
      const other = itemWith(`${given}    expect: { rows: ${yaml(changed)} }\n`, allOfIt);
      expect((await outcomeOf(other)).status).toBe("failed");
    }),
    { numRuns: 15 },
  );
});

describe("a unit test of an incremental model", () => {
  const sql = `${allOfIt}{{#incremental}} where seen_at > {{since}}{{else}} where id < 9{{/incremental}}`;
  const merged = "materialized: incremental\nkey: [id]\ncursor: seen_at";
  const items = `      - ref: cleaned.item
        rows:
          - { id: 1, name: late, seen_at: 2026-03-01 }
          - { id: 2, name: new, seen_at: 2026-03-03 }
          - { id: 9, name: newer, seen_at: 2026-03-04 }
`;
  const published = `      - this: true
        rows:
          - { id: 1, name: old, seen_at: 2026-03-02 }
          - { id: 2, name: old, seen_at: 2026-03-01 }
`;

  test("without published rows sees the build from nothing", async () => {
    const expected = "    expect: { rows: [{ id: 1, name: late }, { id: 2, name: new }] }\n";
    const outcome = await outcomeOf(itemWith(`    given:\n${items}${expected}`, sql, merged));
    expect(outcome.diagnostic).toBeUndefined();
  });

  test.each([
    [merged, "{ id: 1, name: old }, { id: 2, name: new }, { id: 9, name: newer }"],
    [
      "materialized: incremental\nstrategy: append\ncursor: seen_at",
      "{ id: 1, name: old }, { id: 2, name: old }, { id: 2, name: new }, { id: 9, name: newer }",
    ],
  ])("with published rows sees what readers will: %s", async (settings, rows) => {
    const files = itemWith(
      `    given:\n${published}${items}    expect: { rows: [${rows}] }\n`,
      sql,
      settings,
    );
    expect((await outcomeOf(files)).diagnostic).toBeUndefined();
  });

  test("begins where the test says", async () => {
    const expected =
      "    expect: { rows: [{ id: 1, name: late }, { id: 2, name: new }, { id: 9, name: newer }] }\n";
    const files = itemWith(
      `    since: 2026-02-28 12:00\n    given:\n${published}${items}${expected}`,
      sql,
      merged,
    );
    expect((await outcomeOf(files)).diagnostic).toBeUndefined();
  });

  test("by interval replaces the interval's rows, and must be told which it is", async () => {
    const settings =
      "materialized: incremental\nstrategy: by_interval\ninterval: day\nbegin: 2026-03-01\ncursor: seen_at";
    const within = `${allOfIt} where seen_at >= {{since}} and seen_at < {{until}}`;
    const given = `    given:\n${published}${items}`;
    const expected = "    expect: { rows: [{ id: 1, name: late }, { id: 1, name: old }] }\n";
    const bounds = '    since: "2026-03-01"\n    until: "2026-03-02"\n';
    const files = itemWith(`${bounds}${given}${expected}`, within, settings);
    expect((await outcomeOf(files)).diagnostic).toBeUndefined();
    const [problem] = await problemsOf(itemWith(`${given}${expected}`, within, settings));
    expect(problem?.message).toContain("does not say which");
  });
});

describe("a unit test of a snapshot", () => {
  const settings = (rest: string) => `materialized: snapshot\nkey: [id]\n${rest}`;
  const byCheck = settings("strategy: check\ncheck: [name]");
  const byTime = settings("strategy: timestamp\ncursor: seen_at");
  const items = `      - ref: cleaned.item
        rows:
          - { id: 1, name: ann, seen_at: 2026-03-01 }
          - { id: 2, name: bob, seen_at: 2026-03-02 }
          - { id: 4, name: dan, seen_at: 2026-03-02 }
`;
  const published = `      - this: true
        rows:
          - { id: 1, name: ann, seen_at: 2026-03-01, valid_from: 2026-03-01 }
          - { id: 2, name: ben, seen_at: 2026-03-01, valid_from: 2026-03-01 }
          - { id: 3, name: cleo, seen_at: 2026-03-01, valid_from: 2026-03-01 }
`;

  test("begins the history at the run's time, or at the cursor's", async () => {
    const expected = (times: readonly string[]) =>
      `    expect:\n      csv: |\n        id,name,valid_from,valid_to\n        1,ann,${times[0]},\n        2,bob,${times[1]},\n        4,dan,${times[1]},\n`;
    const now = "    now: 2026-03-05\n";
    const given = `    given:\n${items}`;
    const checked = `${now}${given}${expected(["2026-03-05", "2026-03-05"])}`;
    expect((await outcomeOf(itemWith(checked, allOfIt, byCheck))).diagnostic).toBeUndefined();
    const timed = `${now}${given}${expected(["2026-03-01", "2026-03-02"])}`;
    expect((await outcomeOf(itemWith(timed, allOfIt, byTime))).diagnostic).toBeUndefined();
  });

  test("ends what changed and what is gone, and begins what is new", async () => {
    const expected = `    expect:
      csv: |
        id,name,valid_from,valid_to
        1,ann,2026-03-01,
        2,ben,2026-03-01,2026-03-05
        2,bob,2026-03-05,
        3,cleo,2026-03-01,2026-03-05
        4,dan,2026-03-05,
`;
    const files = itemWith(
      `    now: 2026-03-05\n    given:\n${published}${items}${expected}`,
      allOfIt,
      byCheck,
    );
    expect((await outcomeOf(files)).diagnostic).toBeUndefined();
  });
});

describe("a unit test of macros", () => {
  const macros = {
    "macros/doubled.ts": "export default (context, column) => `(${column} * 2)`;",
    "macros/longest.hbs": "select max(length({{column}})) as longest from {{rows}}",
  };
  const file = (text: string): Files => ({ ...macros, "tests/unit/macros.yml": text });
  const run = async (text: string, name: string) => {
    const { outcomes } = await project.build(3, file(text));
    return outcomes.get(`unit_test.macros.${name}`)!;
  };

  test("runs a query over given rows, by helpers and partials", async () => {
    const text = `unit_tests:
  - name: doubles
    sql: select id, {{doubled "amount"}} as amount from given
    given:
      - columns: { id: integer, amount: "numeric(5,2)" }
        rows: [{ id: 1, amount: 1.50 }, { id: 2 }]
    expect:
      columns: { id: integer, amount: "numeric(18,2)" }
      rows: [{ id: 2 }, { id: 1, amount: 3.00 }]
  - name: finds_the_longest
    sql: |
      {{> longest rows="names" column="name"}}
    given:
      - { name: names, columns: { name: varchar }, rows: [{ name: a }, { name: abc }] }
    expect: { columns: { longest: bigint }, rows: [{ longest: 3 }] }
`;
    const { status, outcomes } = await project.build(3, file(text));
    expect([...outcomes.values()].map(({ diagnostic }) => diagnostic)).toEqual([
      undefined,
      undefined,
    ]);
    expect(status).toBe("succeeded");
  });

  test("points at the line of the YAML that the query stands on", async () => {
    const text = `unit_tests:
  - name: broken
    sql: |
      select
          nothing_there
      from given
    given: [{ columns: { id: integer }, rows: [] }]
    expect: { columns: { id: integer }, rows: [] }
`;
    const { diagnostic } = await run(text, "broken");
    expect(diagnostic?.place).toMatchObject({ file: "tests/unit/macros.yml", line: 5 });
    const [unknown] = await problemsOf(file(text.replace("nothing_there", "{{doubeld 'id'}}")));
    expect(unknown).toMatchObject({
      code: "TEMPLATE_UNKNOWN_NAME",
      place: { file: "tests/unit/macros.yml", line: 5 },
    });
  });
});

describe("mistakes in a unit test are reported before anything runs", () => {
  const expected = "    expect: { rows: [{ id: 1 }] }\n";
  const first = async (unitTest: string, more: Files = {}) =>
    (await problemsOf({ ...itemWith(unitTest, allOfIt), ...more }))[0];

  test("a column that the relation does not have", async () => {
    const wrong = await first(
      `    given:\n      - ref: cleaned.item\n        rows:\n          - { id: 1, nmae: x }\n${expected}`,
    );
    expect(wrong).toMatchObject({
      code: "UNIT_TEST_INVALID",
      message: 'cleaned.item has no column "nmae".',
      hint: 'Did you mean "name"?',
      place: { file: "models/gold/item.yml", line: 13, column: 22 },
    });
    const result = await first("    expect: { rows: [{ idd: 1 }] }\n");
    expect(result?.message).toBe('gold.item has no column "idd".');
  });

  test("a value that is none of its column's type", async () => {
    const wrong = await first("    expect: { rows: [{ id: 1, amount: 0.001 }] }\n");
    expect(wrong?.message).toBe('"0.001" is no decimal(18,2) for amount.');
    const text = await first("    expect:\n      csv: |\n        id,seen_at\n        1,today\n");
    expect(text).toMatchObject({
      message: '"today" is no timestamp for seen_at.',
      place: { file: "models/gold/item.yml", line: 13 },
    });
  });

  test("a relation that the model does not read, and one that is given twice", async () => {
    const wrong = await first(`    given: [{ ref: cleaned.items, rows: [] }]\n${expected}`);
    expect(wrong).toMatchObject({
      message: 'gold.item does not read "cleaned.items".',
      hint: 'Did you mean "cleaned.item"?',
    });
    const twice = "{ ref: cleaned.item, rows: [] }";
    const again = await first(`    given: [${twice}, ${twice}]\n${expected}`);
    expect(again?.message).toBe("cleaned.item is given twice.");
  });

  test("a fixture that is not there, and rows in two forms", async () => {
    const fixtures = { "tests/fixtures/items.csv": "id\n1\n" };
    const missing = await first(
      `    given: [{ ref: cleaned.item, fixture: item }]\n${expected}`,
      fixtures,
    );
    expect(missing?.hint).toBe('Did you mean "items"?');
    const both = await first('    expect: { rows: [], csv: "id" }\n');
    expect(both?.message).toContain("needs one of rows, csv and fixture");
  });
});

test("a model is not written, nor what reads it, when its unit test fails", async () => {
  const files = {
    ...itemWith("    expect: { rows: [{ id: 1 }] }\n", allOfIt),
    "models/gold/reader.sql": 'select id from {{ref "gold.item"}}',
    "models/gold/reader.yml":
      "grain: an item\nmaterialized: table\ncolumns: [{ name: id, type: integer }]",
  };
  const { status, outcomes } = await project.build(3, files);
  expect(status).toBe("failed");
  expect(outcomes.get("gold.item")).toMatchObject({ status: "skipped", because: [id] });
  expect(outcomes.get("gold.reader")).toMatchObject({ status: "skipped", because: [id] });
  expect(outcomes.get("cleaned.item")?.status).toBe("ok");
  const published = project.warehouse.events.find(({ type }) => type === "published");
  expect(published).toMatchObject({ relations: ["cleaned.item"] });
});
