import { expect, test } from "@jest/globals";
import { isConflict, positionAt, readErrorText } from "./error-text.ts";

test("an error of the Data API is taken apart: message, detail, position, and where in which procedure", () => {
  const text = [
    'Query #2 failed with ERROR: relation "nope" does not exist [ErrorId: 1-65f0a1b2-0123456789abcdef]',
    "  Detail: It was never made.",
    "  Position: 15",
    '  Where: SQL statement "insert into nope values (1)"',
    'PL/pgSQL function "publish_ab12_1" line 4 at SQL statement',
    'SQL statement "call _runner.publish_ab12_1()"',
    'PL/pgSQL function "publish_ab12_0" line 2 at SQL statement',
  ].join("\n");
  expect(readErrorText(text)).toEqual({
    message: 'relation "nope" does not exist',
    cause: "Detail: It was never made.",
    character: 15,
    procedure: { name: "publish_ab12_1", line: 4 },
  });
  expect(readErrorText("FATAL: no").message).toBe("FATAL: no");
});

test("what Redshift shows of a statement around its place is left to the file's own lines", () => {
  const text =
    'ERROR: syntax error at or near ":" in context "where\n  kind = :", at line 2\n  Position: 60';
  expect(readErrorText(text)).toMatchObject({
    message: 'syntax error at or near ":"',
    cause: undefined,
    character: 60,
  });
});

test("a position counts letters, whatever their width", () => {
  const statement = "select 'é日🛒',\n  missing from t";
  const character = Array.from(statement).join("").length - "missing from t".length;
  const letters = Array.from(statement.slice(0, character)).length;
  expect(positionAt(statement, letters + 1)).toEqual({ line: 2, column: 3 });
});

test.each([
  ["ERROR: 1023\n  Detail: Serializable isolation violation on table - 100000", true],
  ["ERROR: deadlock detected", true],
  ["ERROR: could not complete because of conflict with concurrent transaction", true],
  ["ERROR:1018 DETAIL: Relation does not exist", true],
  ["ERROR: 1018\n  Detail: Relation does not exist", true],
  ['ERROR: relation "a1018" does not exist', false],
  ['ERROR: column "a1023" does not exist', false],
  ["ERROR: Value 1023 is too large", false],
])("%j is a conflict: %s", (text, expected) => {
  expect(isConflict(text)).toBe(expected);
});
