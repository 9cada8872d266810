import { expect, test } from "@jest/globals";
import { codeFrame } from "./frame.ts";

const at = (line: number, column: number) => ({ file: "m.sql", line, column });

test("a frame shows the lines around a place with a caret under the column", () => {
  const text = ["one", "two", "three", "four", "five"].join("\n");
  expect(codeFrame(text, at(3, 2))).toBe(
    ["  1 | one", "  2 | two", "> 3 | three", "    |  ^", "  4 | four"].join("\n"),
  );
});

test("line numbers stay aligned past the tenth line, and tabs and Windows line ends do not move the caret", () => {
  const text = Array.from({ length: 10 }, (_, index) => `\tline ${index + 1}`).join("\r\n");
  expect(codeFrame(text, at(9, 2)).split("\n")).toEqual([
    "   7 | \tline 7",
    "   8 | \tline 8",
    ">  9 | \tline 9",
    "     | \t^",
    "  10 | \tline 10",
  ]);
});

test("a place in an empty file, or at its end, has a frame too", () => {
  expect(codeFrame("", at(1, 1))).toBe("> 1 |\n    | ^");
  expect(codeFrame("a\n", at(2, 1))).toBe("  1 | a\n> 2 |\n    | ^");
});
