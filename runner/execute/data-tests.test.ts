import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { readTextProject, TextProject } from "./testing/text-project.ts";
import type { Files } from "./testing/text-project.ts";

const columns = `columns:
  - { name: id, type: integer }
  - { name: part, type: varchar(10) }
  - { name: amount, type: "numeric(10,2)" }
  - { name: paid_at, type: timestamp }
`;
const rows = `id,part,amount,paid_at
1,a,10.10,2026-03-01 10:00:00
2,b,0.07,2026-03-01 11:00:00
3,b,-5.00,2026-03-01 12:00:00
`;

/** A table over a seed, with tests in its YAML. */
function paymentsWith(tests: string, more: Files = {}): Files {
  return {
    "seeds/paid.csv": rows,
    "seeds/paid.yml": columns,
    "models/gold/payment.sql": 'select id, part, amount, paid_at from {{ref "raw.paid"}}',
    "models/gold/payment.yml": `grain: a payment\nmaterialized: table\n${columns}tests:\n${tests}`,
    ...more,
  };
}

let project: TextProject;
beforeEach(async () => {
  project = await TextProject.open();
});
afterEach(() => project.close());

/** The outcome of the one test of gold.payment that begins with this name. */
async function outcomeOf(name: string, files: Files, day = 3) {
  const { outcomes } = await project.build(day, files);
  const found = [...outcomes].filter(([id]) => id.startsWith(`test.${name}`));
  expect(found).toHaveLength(1);
  return found[0]![1];
}

const problemsOf = async (files: Files) => (await readTextProject(files)).diagnostics;

describe("freshness", () => {
  const fresh = (settings: string) => paymentsWith(`  - freshness: { ${settings} }\n`);

  test.each([
    ["warn_after: 37 hours, error_after: 48 hours", "ok"],
    ["warn_after: 36 hours, error_after: 48 hours", "ok"],
    ["warn_after: 35 hours, error_after: 48 hours", "warned"],
    ["warn_after: 12 hours, error_after: 35 hours", "failed"],
    ["warn_after: 35 hours", "warned"],
    ["error_after: 35 hours", "failed"],
    ["error_after: 37 hours, where: \"part = 'a'\"", "failed"],
  ])("of rows whose newest is 36 hours old, with %s, is %s", async (settings, expected) => {
    // Run 3 is at 2026-03-03 00:00, 36 hours after the newest row.
    const { status } = await outcomeOf("freshness", fresh(`column: paid_at, ${settings}`));
    expect(status).toBe(expected);
  });

  test("of a relation without a row is none", async () => {
    const files = fresh("column: paid_at, warn_after: 1 hour, error_after: 100 days");
    const { status, diagnostic } = await outcomeOf("freshness", {
      ...files,
      "seeds/paid.csv": "id,part,amount,paid_at\n",
    });
    expect(status).toBe("failed");
    expect(diagnostic?.frame).toBe("there is no paid_at: no row, or only nulls");
  });

  test("says how old the newest row is, and how old it may be", async () => {
    const { diagnostic } = await outcomeOf(
      "freshness",
      fresh("column: paid_at, error_after: 1 day"),
    );
    expect(diagnostic?.message).toBe("freshness.gold.payment.paid_at: gold.payment is too old.");
    expect(diagnostic?.frame).toBe(
      "the latest paid_at is 2026-03-01 12:00:00, 36 hours before this run: more than 1 day",
    );
  });

  test("gates a build by its error alone", async () => {
    const warned = await project.build(
      3,
      fresh("column: paid_at, warn_after: 1 hour, error_after: 9 days"),
    );
    expect(warned.status).toBe("succeeded");
    const failed = await project.build(4, fresh("column: paid_at, error_after: 1 hour"));
    expect(failed.status).toBe("failed");
  });

  test("needs a column with a time, and an age", async () => {
    const wrong = await problemsOf(fresh("column: amount, warn_after: 1 hour"));
    expect(wrong.map(({ message }) => message)).toEqual([
      "freshness: amount is of type decimal, which has no age.",
    ]);
    const [unknown] = await problemsOf(fresh("column: payed_at, warn_after: 1 hour"));
    expect(unknown?.hint).toBe('Did you mean "paid_at"?');
    const [ageless] = await problemsOf(fresh("column: paid_at"));
    expect(ageless?.message).toContain("needs warn_after, error_after or both");
  });
});

describe("equal_totals", () => {
  const reconciled = (settings: string, sql: string) =>
    paymentsWith(`  - equal_totals: { ${settings} }\n`, {
      "models/cleaned/payment.sql": sql,
      "models/cleaned/payment.yml": `grain: a payment\nmaterialized: table\n${columns}`,
    });
  const all = 'select * from {{ref "raw.paid"}}';
  const cents =
    'select id, part, cast(case when id = 2 then amount + 0.01 else amount end as numeric(10,2)) as amount, paid_at from {{ref "raw.paid"}}';

  test("holds for the same rows in another order, and for two empty relations", async () => {
    const files = reconciled("of: [amount, id], with: cleaned.payment", all);
    expect((await outcomeOf("equal_totals", files)).status).toBe("ok");
    const empty = { ...files, "seeds/paid.csv": "id,part,amount,paid_at\n" };
    expect((await outcomeOf("equal_totals", empty, 4)).status).toBe("ok");
  });

  test("finds a cent, and says which total differs by how much", async () => {
    const { status, diagnostic } = await outcomeOf(
      "equal_totals",
      reconciled("of: [amount], with: cleaned.payment", cents),
    );
    expect(status).toBe("failed");
    expect(diagnostic?.message).toBe(
      "equal_totals.gold.payment.cleaned_payment: 1 total of gold.payment is not as in cleaned.payment.",
    );
    expect(diagnostic?.frame).toBe(
      "sum(amount): 5.17 here, 5.18 in cleaned.payment, differs by -0.01",
    );
  });

  test("counts rows whose money is nothing, unless it is told not to", async () => {
    const doubled = `${all} union all select 4, 'a', cast(0 as numeric(10,2)), paid_at from {{ref "raw.paid"}} where id = 1`;
    const { diagnostic } = await outcomeOf(
      "equal_totals",
      reconciled("of: [amount], with: cleaned.payment", doubled),
    );
    expect(diagnostic?.frame).toBe("count of rows: 3 here, 4 in cleaned.payment, differs by -1");
    const uncounted = reconciled("of: [amount], with: cleaned.payment, row_count: false", doubled);
    expect((await outcomeOf("equal_totals", uncounted, 4)).status).toBe("ok");
  });

  test("compares expressions, columns under other names, and parts of both sides", async () => {
    const renamed = {
      ...reconciled(
        `of: [{ amount: money }, amount * 2], with: cleaned.payment, where: "id < 3", with_where: "id < 3", group_by: [{ part: kind }]`,
        'select id, part as kind, amount as money, amount from {{ref "raw.paid"}}',
      ),
      "models/cleaned/payment.yml": `grain: a payment
materialized: table
columns:
  - { name: id, type: integer }
  - { name: kind, type: varchar(10) }
  - { name: money, type: "numeric(10,2)" }
  - { name: amount, type: "numeric(10,2)" }
`,
    };
    expect((await outcomeOf("equal_totals", renamed)).status).toBe("ok");
  });

  test("names the group that differs, a group of nulls and one that the other side lacks as well", async () => {
    const moved =
      'select id, cast(case when id = 1 then null else part end as varchar(10)) as part, amount, paid_at from {{ref "raw.paid"}}';
    const { diagnostic } = await outcomeOf(
      "equal_totals",
      reconciled("of: [amount], with: cleaned.payment, group_by: [part], row_count: false", moved),
    );
    expect(diagnostic?.frame?.split("\n").sort()).toEqual([
      "part=a  sum(amount): 10.10 here, 0.00 in cleaned.payment, differs by 10.10",
      "part=null  sum(amount): 0.00 here, 10.10 in cleaned.payment, differs by -10.10",
    ]);
  });

  test("says what it does not find, where it was written", async () => {
    const [unknown] = await problemsOf(reconciled("of: [amuont], with: cleaned.payment", all));
    expect(unknown).toMatchObject({
      code: "REF_UNKNOWN",
      hint: 'Did you mean "amount"?',
      place: { file: "models/gold/payment.yml", line: 9 },
    });
    const [nowhere] = await problemsOf(reconciled("of: [amount], with: cleaned.paiment", all));
    expect(nowhere?.hint).toBe('Did you mean "cleaned.payment"?');
    const [sourceless] = await problemsOf(reconciled("of: [amount], with: source", all));
    expect(sourceless?.message).toContain("gold.payment is no source table");
  });
});

describe("a generic test of the project's own", () => {
  const atLeast = {
    "macros/tests/at_least.hbs":
      "select * from {{relation}} where {{column}} < {{minimum}}{{#if except}} and part <> '{{except}}'{{/if}}",
  };

  test("returns the rows that break it, with the settings of its entry", async () => {
    const files = paymentsWith("  - at_least: { column: amount, minimum: 0.07 }\n", atLeast);
    const { status, rows: count, diagnostic } = await outcomeOf("at_least", files);
    expect([status, count]).toEqual(["failed", 1]);
    expect(diagnostic?.message).toBe(
      "at_least.gold.payment.amount: 1 row of gold.payment breaks this test: at_least (minimum: 0.07) holds for amount.",
    );
    const except = paymentsWith(
      "  - at_least: { column: amount, minimum: 1, except: b }\n",
      atLeast,
    );
    expect((await outcomeOf("at_least", except, 4)).status).toBe("ok");
  });

  test("takes its column from where it stands, and all that other tests take", async () => {
    const listed = columns.replace(
      '"numeric(10,2)" }',
      '"numeric(10,2)", tests: [{ at_least: { minimum: 1, where: "id <> 3", error_if: ">1" } }] }',
    );
    const files = {
      ...paymentsWith("  - row_count: { min: 1 }\n", atLeast),
      "models/gold/payment.yml": `grain: a payment\nmaterialized: table\n${listed}`,
    };
    expect(await outcomeOf("at_least", files)).toMatchObject({ status: "warned", rows: 1 });
  });

  test("waits for what its text and its settings refer to, and reads their candidates", async () => {
    const files = paymentsWith("  - known_part: { column: part, to: gold.part }\n", {
      "macros/tests/known_part.hbs":
        'select * from {{relation}} where {{column}} not in (select part from {{ref to}}) or id not in (select id from {{ref "cleaned.number"}})',
      "models/gold/part.sql": "select cast('a' as varchar(10)) as part",
      "models/gold/part.yml":
        "grain: a part\nmaterialized: table\ncolumns: [{ name: part, type: varchar(10) }]",
      "models/cleaned/number.sql": "select cast(1 as integer) as id",
      "models/cleaned/number.yml":
        "grain: a number\nmaterialized: table\ncolumns: [{ name: id, type: integer }]",
    });
    const { outcomes, plan } = await project.build(3, files);
    expect(outcomes.get("test.known_part.gold.payment.part")).toMatchObject({ rows: 2 });
    const step = plan.steps.find(({ id }) => id === "test.known_part.gold.payment.part");
    expect([...(step?.after ?? [])].sort()).toEqual([
      "cleaned.number",
      "gold.part",
      "gold.payment",
    ]);
  });

  test("is told what it was not given, and asked what it does not know", async () => {
    const messages = async (entry: string) =>
      (await problemsOf(paymentsWith(`  - ${entry}\n`, atLeast))).map(({ message }) => message);
    expect(await messages("at_least: { minimum: 1 }")).toEqual(["at_least: column is missing."]);
    expect(await messages("at_least: { column: amount, minimun: 1 }")).toEqual([
      'at_least: Unknown setting "minimun".',
      "at_least: minimum is missing.",
    ]);
    expect(await messages("at_least: { column: amuont, minimum: 1 }")).toEqual([
      'gold.payment declares no column "amuont".',
    ]);
    const [typo] = await problemsOf(paymentsWith("  - at_leats: { minimum: 1 }\n", atLeast));
    expect(typo?.hint).toBe('Did you mean "at_least"?');
    const [builtin] = await problemsOf(paymentsWith("  - row_cuont: { min: 1 }\n", atLeast));
    expect(builtin?.hint).toBe('Did you mean "row_count"?');
  });

  test("cannot take the name of a built-in one, nor ignore the relation", async () => {
    const problems = await problemsOf(
      paymentsWith("  - row_count: { min: 1 }\n", {
        "macros/tests/unique.hbs": "select * from {{relation}}",
        "macros/tests/nothing.hbs": "select 1 as broken where 1 = 0",
      }),
    );
    expect(problems.map(({ message }) => message)).toEqual([
      "The test nothing never reads {{relation}}, so it would say the same of every relation.",
      'There is a built-in generic test "unique".',
    ]);
  });
});

describe("new_rows_only", () => {
  const growing = (tests: string): Files => ({
    ...paymentsWith(""),
    "models/gold/payment.sql":
      'select * from {{ref "raw.paid"}}{{#incremental}} where paid_at > {{since}}{{/incremental}}',
    "models/gold/payment.yml": `grain: a payment\nmaterialized: incremental\nkey: [id]\ncursor: paid_at\n${columns}tests:\n${tests}`,
  });
  const onlyNew = growing(
    '  - expression: { sql: "amount > 0", new_rows_only: true, severity: warn }\n',
  );
  const nextDay = { "seeds/paid.csv": `${rows}4,a,1.00,2026-03-04 10:00:00\n` };

  test("tests all rows of a first build, then those that a build adds", async () => {
    expect(await outcomeOf("expression", onlyNew)).toMatchObject({ status: "warned", rows: 1 });
    expect(await outcomeOf("expression", { ...onlyNew, ...nextDay }, 5)).toMatchObject({
      status: "ok",
    });
    const everything = growing('  - expression: { sql: "amount > 0", severity: warn }\n');
    expect(await outcomeOf("expression", { ...everything, ...nextDay }, 6)).toMatchObject({
      status: "warned",
    });
  });

  test("is refused where nothing is added to", async () => {
    const [problem] = await problemsOf(
      paymentsWith('  - expression: { sql: "amount > 0", new_rows_only: true }\n'),
    );
    expect(problem?.message).toContain("gold.payment is not incremental");
  });
});

test("a singular test takes a condition, a threshold and a limit from its YAML", async () => {
  const files = paymentsWith("  - row_count: { min: 1 }\n", {
    "tests/small.sql": 'select * from {{ref "gold.payment"}} where amount < 100',
    "tests/small.yml": 'where: "id <> 1"\nwarn_if: ">1"\nseverity: warn\nlimit: 2\n',
  });
  const { status, diagnostic } = await outcomeOf("small", files);
  expect(status).toBe("warned");
  expect(diagnostic?.message).toBe("small: at least 2 rows break this test.");
});

test("a threshold that its limit keeps from being met is reported: the test could never fail", async () => {
  const problems = async (settings: string) =>
    (await problemsOf(paymentsWith(`  - expression: { sql: "id > 0", ${settings} }\n`))).map(
      ({ message }) => message,
    );
  expect(await problems('limit: 5, error_if: ">5"')).toEqual([
    'error_if: "> 5" is never true, for limit: 5 counts no further.',
  ]);
  expect(await problems('limit: 5, error_if: ">=5", warn_if: "<9"')).toEqual([]);
});

test("a threshold that is none is reported at its place", async () => {
  const [problem] = await problemsOf(
    paymentsWith('  - row_count: { min: 1, error_if: "about 3" }\n'),
  );
  expect(problem?.message).toContain('"about 3" is no condition on a number of rows');
  expect(problem?.place).toEqual({ file: "models/gold/payment.yml", line: 9, column: 36 });
});
