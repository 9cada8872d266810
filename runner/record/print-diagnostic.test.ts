import { expect, test } from "@jest/globals";
import { colorsFor, printDiagnostic } from "./print-diagnostic.ts";

test("a file whose line nobody knows is printed without a line", () => {
  const place = { file: "models/a.sql" };
  const text = printDiagnostic({ code: "SQL_FAILED", message: "No.", place }, colorsFor({}));
  expect(text).toBe("SQL_FAILED  models/a.sql\nNo.\n");
});
