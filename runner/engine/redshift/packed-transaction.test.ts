import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { Failure } from "../../core/diagnostic.ts";
import { bytesOf, fitsBatch, mostStatementBytes } from "./limits.ts";
import { assertTransactional, packTransaction } from "./packed-transaction.ts";

const statement = fc.oneof(
  fc.string({ minLength: 1, maxLength: 200 }),
  fc.integer({ min: 1, max: 40_000 }).map((length) => `-- ${"é".repeat(length)}`),
  fc.constantFrom("select 1 -- $s$", "insert into t (found) values ('$s1$$s')", "(select 1)\n$s"),
);

test("packed statements are all there, in their order, each in a procedure that can be sent", () => {
  fc.assert(
    fc.property(fc.array(statement, { minLength: 1, maxLength: 60 }), (texts) => {
      const statements = texts.map((text, index) => `${text}/*${index};*/`);
      const { creations, batch, drops, find } = packTransaction(statements, "token");
      for (const creation of creations)
        expect(bytesOf(creation)).toBeLessThanOrEqual(mostStatementBytes);
      expect(fitsBatch(batch)).toBe(true);
      expect(drops.always).toHaveLength(creations.length - 1);
      expect(batch[1]).toBe(drops.afterFailure);
      let from = 0;
      const text = creations.slice(0, -1).join("\n");
      for (const each of statements) {
        const found = text.indexOf(each, from);
        expect(found).toBeGreaterThanOrEqual(from);
        from = found + each.length;
      }
      for (const creation of creations) {
        const [, quote = "", body = ""] =
          /as (\$\w*\$)\n([^]*)\n\1 language plpgsql$/.exec(creation) ?? [];
        expect(quote).not.toBe("");
        expect(body.includes(quote)).toBe(false);
        const name = /publish_\w+/.exec(creation)?.[0] ?? "";
        if (name.endsWith("_0")) continue;
        const lines = body.split("\n").length;
        // Every line between begin and end belongs to a statement.
        for (let line = 2; line < lines; line += 1) expect(find({ name, line })).toBeDefined();
        expect(find({ name, line: 2 })).toBe(
          statements[statements.findIndex((each) => body.includes(each))],
        );
      }
    }),
    { numRuns: 50 },
  );
});

test("a second transaction of the same statements has other procedures", () => {
  const names = (token: string) => packTransaction(["delete from a"], token).batch;
  expect(names("one:1")).toEqual(names("one:1"));
  expect(names("one:1")).not.toEqual(names("one:2"));
});

test("PL/pgSQL's own variable never stands for a column", () => {
  const { creations } = packTransaction(
    ["insert into t (found) values (1)", "update t set a = 1"],
    "x",
  );
  expect(creations[0]).toContain("execute $s$insert into t (found)");
  expect(creations[0]).toContain("\nupdate t set a = 1\n;");
});

test("a statement that no procedure can hold is refused before anything is sent, with its size", () => {
  const large = `insert into t values ('${"x".repeat(100_000)}')`;
  expect(() => packTransaction(["delete from t", large], "x")).toThrow(
    /STATEMENT_TOO_LARGE.*100\.\d kB/,
  );
});

test.each(["truncate t", "  VACUUM t", "alter table t append from u", "commit"])(
  "%j, with which Redshift ends a transaction, is refused in one",
  (offender) => {
    expect(() => {
      assertTransactional(["delete from t", offender]);
    }).toThrow(Failure);
    assertTransactional(["insert into truncate_log values ('vacuum')"]);
  },
);
