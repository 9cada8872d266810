import { expect, test } from "@jest/globals";
import { readFile } from "node:fs/promises";
import { codeOf, messageOf } from "./caught.ts";

test("what a system error says is understood whatever realm it comes from", async () => {
  const error: unknown = await readFile("/nowhere/at/all").catch((caught: unknown) => caught);
  expect(codeOf(error)).toBe("ENOENT");
  expect(messageOf(error)).toContain("no such file");
});

test("whatever was thrown has a message", () => {
  expect(messageOf(new Error("why"))).toBe("why");
  expect(messageOf("text")).toBe("text");
  expect(messageOf(undefined)).toBe("undefined");
  expect(messageOf(Object.assign(new AggregateError([]), { code: "ECONNREFUSED" }))).toBe(
    "ECONNREFUSED",
  );
  expect(messageOf({})).toBe("[object Object]");
  expect(codeOf({ code: 5 })).toBeUndefined();
});
