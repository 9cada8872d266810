import { describe, expect, test } from "@jest/globals";
import type { ColumnClass, Mask, Role } from "./access.ts";
import { maskFor, mayRead, mayWrite, seesInClear } from "./access.ts";

const place = { file: "pipelines.yaml", line: 1, column: 1 };

function roleWith(role: Partial<Role>): Role {
  const limits = { seconds: 1, memoryBytes: 1, rows: 1 };
  const nothing = { zones: {}, clear: [], rows: {}, members: [], description: "", limits, place };
  return { name: "somebody", ...nothing, ...role };
}

function classOf(name: string, mask: Mask): ColumnClass {
  return { name, description: "", mask, place };
}

describe("a role", () => {
  test("reads no zone that it does not name, and writes none that it only reads", () => {
    const role = roleWith({ zones: { gold: "read", work: "write" } });
    expect([mayRead(role, "gold.sales"), mayWrite(role, "gold.sales")]).toEqual([true, false]);
    expect([mayRead(role, "work.x"), mayWrite(role, "work.x")]).toEqual([true, true]);
    expect([mayRead(role, "raw.sales"), mayWrite(role, "raw.sales")]).toEqual([false, false]);
  });

  test("that names relations sees these alone", () => {
    const role = roleWith({ zones: { gold: "read" }, relations: ["gold.sales"] });
    expect([mayRead(role, "gold.sales"), mayRead(role, "gold.date")]).toEqual([true, false]);
  });

  test("sees a family of classes with one word, and no class whose name only begins alike", () => {
    const role = roleWith({ clear: ["pii"] });
    expect(["pii", "pii.email", "pii_secret"].map((name) => seesInClear(role, name))).toEqual([
      true,
      true,
      false,
    ]);
  });
});

describe("a column of several classes", () => {
  const access = {
    classes: [classOf("a", { kind: "hash" }), classOf("b", { kind: "hide" })],
  };

  test("is hidden as soon as one of those that a role may not see is", () => {
    expect(maskFor(roleWith({}), ["a", "b"], access)).toEqual({ kind: "hide" });
    expect(maskFor(roleWith({ clear: ["b"] }), ["a", "b"], access)).toEqual({ kind: "hash" });
    expect(maskFor(roleWith({ clear: ["*"] }), ["a", "b"], access)).toBeUndefined();
  });

  test("is hidden where nobody says how its class is masked", () => {
    expect(maskFor(roleWith({}), ["forgotten"], access)).toEqual({ kind: "hide" });
  });
});
