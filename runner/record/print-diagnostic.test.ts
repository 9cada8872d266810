import { expect, test } from "@jest/globals";
import { colorsFor, printDiagnostic } from "./print-diagnostic.ts";

test("a file whose line nobody knows is printed without a line", () => {
  const place = { file: "models/a.sql" };
  const text = printDiagnostic({ code: "SQL_FAILED", message: "No.", place }, colorsFor({}));
  expect(text).toBe("SQL_FAILED  models/a.sql\nNo.\n");
});

test("words that would do something to a terminal are shown instead", () => {
  const message = "No int: \u001b[2Ja\rb\nc";
  const text = printDiagnostic({ code: "SQL_FAILED", message, hint: "\u009b1A" }, colorsFor({}));
  expect(text).toBe("SQL_FAILED\nNo int: \\u{1b}[2Ja\\u{d}b\nc\n-> \\u{9b}1A\n");
});
