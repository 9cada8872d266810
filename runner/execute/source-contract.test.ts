import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseColumnType, printColumnType } from "../core/column-type.ts";
import type { LakeColumn } from "../core/manifest.ts";
import type { SchemaPolicy, SourceTable } from "../core/source-table.ts";
import type { LiveColumn } from "../core/ports.ts";
import { parseSourceType } from "../core/source-type.ts";
import { isTooNarrow, widerType } from "../core/wider-type.ts";
import { compareWithSource } from "./source-contract.ts";
import { sourceTable } from "./testing/steps.ts";

const live = (name: string, type: string | undefined): LiveColumn => ({
  name,
  ...(type === undefined ? {} : parseSourceType(type)!),
  nativeType: type ?? "numeric",
  nullable: true,
});

/** Columns such as `a: integer` and `a: integer not null`, the first at line 10. */
function declare(policy: SchemaPolicy | undefined, ...texts: string[]): SourceTable {
  return {
    ...sourceTable("raw.customer"),
    extract: { mode: "incremental", cursor: "updated_at", lookbackSeconds: 0 },
    ...(policy === undefined ? {} : { schemaPolicy: policy }),
    columns: texts.map((text, index) => {
      const [, name = "", type = "", required] = /^(\w+): (.+?)( not null)?$/.exec(text) ?? [];
      return {
        name,
        ...parseSourceType(type)!,
        nullable: required === undefined,
        description: "",
        place: { file: "sources/oltp.yml", line: 10 + index, column: 9 },
      };
    }),
  };
}

const policies = [undefined, "ignore", "freeze", "evolve"] as const;

/** The columns to extract, printed, and the messages of what stops it. */
function outcome(
  table: SourceTable,
  columns: readonly LiveColumn[],
  known: readonly LakeColumn[] = [],
) {
  const { table: extracted, problems } = compareWithSource(table, columns, known);
  if (problems.length > 0) return problems.map(({ message }) => message);
  return extracted.columns.map(({ name, type }) => `${name}: ${printColumnType(type)}`);
}

describe.each(policies)("with on_schema_change: %s", (policy) => {
  test.each(["integer", "numeric(10,2)", "varchar(20)", "timestamptz(3)", "real", "json"])(
    "a source that has %s as declared is extracted",
    (type) => {
      const found = compareWithSource(declare(policy, `a: ${type}`), [live("a", type)]);
      expect(found).toMatchObject({ problems: [], differences: [] });
    },
  );

  test.each([
    ["bigint", "integer"],
    ["numeric(12,2)", "numeric(10,2)"],
    ["numeric(10,4)", "numeric(10,2)"],
    ["varchar(50)", "varchar(20)"],
    ["timestamptz", "timestamptz(3)"],
    ["timestamp(3)", "timestamp(0)"],
    ["double", "real"],
  ])("a column declared as %s that became %s stops, for rows may have been cut", (a, b) => {
    const [problem] = compareWithSource(declare(policy, `a: ${a}`), [live("a", b)]).problems;
    expect(problem).toMatchObject({ code: "SOURCE_CONTRACT", place: { line: 10 } });
    expect(problem?.message).toContain(`, but the source has ${b}.`);
    expect(problem?.hint).toMatch(/declare type: /);
    const declared = /declare type: (.*)$/.exec(problem?.hint ?? "")?.[1] ?? "";
    expect(outcome(declare(policy, `a: ${declared}`), [live("a", b)])).toHaveLength(1);
    expect(compareWithSource(declare(policy, `a: ${declared}`), [live("a", b)]).problems).toEqual(
      [],
    );
  });

  test.each([
    ["integer", "varchar"],
    ["integer", "numeric(10,0)"],
    ["varchar", "integer"],
    ["timestamp", "timestamptz"],
    ["double", "numeric(10,2)"],
    ["json", "varchar"],
  ])("a column declared as %s that is %s stops", (a, b) => {
    const [problem] = compareWithSource(declare(policy, `a: ${a}`), [live("a", b)]).problems;
    expect(problem?.hint).toBe("Declare the source's type, and cast in the cleaned model.");
  });

  test("a text without a declared length takes any text, and an untyped source anything", () => {
    expect(outcome(declare(policy, "a: text"), [live("a", "varchar(3)")])).toEqual(["a: varchar"]);
    expect(outcome(declare(policy, "a: integer"), [live("a", undefined)])).toEqual(["a: integer"]);
    expect(compareWithSource(declare(policy, "a: text"), "untyped").problems).toEqual([]);
  });

  test("a table that is not there stops", () => {
    const [problem] = compareWithSource(declare(policy, "a: text"), undefined).problems;
    expect(problem?.message).toBe("The source has no table for oltp.customer.");
  });

  test.each(["id: integer", "updated_at: timestamptz", "name: text not null"])(
    "a missing column that rows cannot do without, %s, stops",
    (missing) => {
      const found = compareWithSource(declare(policy, missing, "b: text"), [live("b", "text")]);
      expect(found.problems).toMatchObject([{ place: { line: 10 } }]);
    },
  );
});

describe("an undeclared column", () => {
  const columns = [live("a", "integer"), live("nickname", "varchar(9)"), live("big", undefined)];
  const table = (policy: SchemaPolicy | undefined) => declare(policy, "a: integer");

  test("is left out by default", () => {
    expect(outcome(table(undefined), columns)).toEqual(["a: integer"]);
  });

  test("stops with freeze, each at the table's place", () => {
    expect(outcome(table("freeze"), columns)).toEqual([
      'The source\'s table oltp.customer has a column "nickname" (varchar(9)) that its YAML does not declare.',
      'The source\'s table oltp.customer has a column "big" (numeric) that its YAML does not declare.',
    ]);
  });

  test("comes behind the declared ones with evolve, a number of any precision as text", () => {
    expect(outcome(table("evolve"), columns)).toEqual([
      "a: integer",
      "nickname: varchar(9)",
      "big: varchar",
    ]);
  });

  test("is told once, when raw gains it", () => {
    const known = [
      { name: "a", type: "integer" },
      { name: "nickname", type: "varchar(9)" },
    ];
    const news = (raw: readonly LakeColumn[]) =>
      compareWithSource(table("evolve"), columns.slice(0, 2), raw).differences.filter(
        ({ isNews }) => isNews,
      );
    expect(news([])).toMatchObject([{ column: "nickname", effect: "adds it as varchar(9)" }]);
    expect(news(known)).toEqual([]);
  });

  test.each([
    ["varchar(4)", "narrower"],
    ["integer", "another family"],
  ])("that raw has already stops when it becomes %s, of %s type", (type) => {
    const known = [{ name: "nickname", type: "varchar(9)" }];
    const [message] = outcome(
      table("evolve"),
      [live("a", "integer"), live("nickname", type)],
      known,
    );
    expect(message).toBe(
      `oltp.customer.nickname came as varchar(9) before, and now the source has ${type}.`,
    );
  });

  test("is left out where no relation can have its name", () => {
    const { differences } = compareWithSource(table("evolve"), [
      live("a", "integer"),
      live("firstName", "text"),
    ]);
    expect(differences).toMatchObject([
      { column: "firstName", effect: "leaves it out, for its name is not lower snake case" },
    ]);
  });
});

describe("a declared column", () => {
  test("that is gone is left to be null with evolve, and stops otherwise with what it may be called", () => {
    const columns = [live("id", "integer"), live("email", "text")];
    expect(outcome(declare("evolve", "id: integer", "emial: text"), columns)).toEqual([
      "id: integer",
      "email: varchar",
    ]);
    const found = compareWithSource(declare("ignore", "id: integer", "emial: text"), columns);
    expect(found.problems).toMatchObject([{ place: { line: 11 }, hint: 'Did you mean "email"?' }]);
  });

  test.each([
    ["integer", "bigint", "bigint"],
    ["numeric(10,2)", "numeric(12,4)", "decimal(12,4)"],
    ["varchar(20)", "varchar", "varchar"],
    ["timestamptz(3)", "timestamptz", "timestamptz"],
  ])("of %s that became %s is taken as that with evolve, and stops otherwise", (a, b, taken) => {
    expect(outcome(declare("evolve", `a: ${a}`), [live("a", b)])).toEqual([`a: ${taken}`]);
    for (const policy of ["ignore", "freeze"] as const) {
      const [problem] = compareWithSource(declare(policy, `a: ${a}`), [live("a", b)]).problems;
      expect(problem?.hint).toContain("on_schema_change: evolve");
    }
  });

  test("stops even with evolve where no type holds all values of both", () => {
    const found = compareWithSource(declare("evolve", "a: numeric(38,0)"), [
      live("a", "numeric(38,2)"),
    ]);
    expect(found.problems).toHaveLength(1);
  });
});

describe("the wider of two types", () => {
  const type = fc.constantFrom(
    ...["smallint", "integer", "bigint", "numeric(9,2)", "numeric(12,0)", "numeric(30,10)"],
    ...["varchar", "varchar(5)", "varchar(80)", "double", "boolean", "date", "timestamp", "json"],
  );
  test("holds both, is the same in either order, and is the type itself for one", () => {
    fc.assert(
      fc.property(type, type, (a, b) => {
        const [one, other] = [parseColumnType(a)!, parseColumnType(b)!];
        const wider = widerType(one, other);
        expect(widerType(other, one)).toEqual(wider);
        expect(widerType(one, one)).toEqual(one);
        if (wider === undefined) return;
        expect(isTooNarrow(wider, one) || isTooNarrow(wider, other)).toBe(false);
        expect(isTooNarrow(one, wider) || isTooNarrow(other, wider)).toBe(a !== b);
      }),
    );
  });
});
