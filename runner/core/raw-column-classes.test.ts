import { describe, expect, test } from "@jest/globals";
import { rawColumnClasses } from "./raw-column-classes.ts";

const place = { file: "sources/oltp.yml", line: 1, column: 1 };
const column = (name: string, classes?: readonly string[]) => ({
  name,
  type: { kind: "varchar" as const },
  nullable: true,
  description: "",
  place,
  ...(classes === undefined ? {} : { classes }),
});
const table = {
  columns: [column("id"), column("email", ["pii.email"]), column("name", ["pii.name"])],
};

describe("what the raw zone holds", () => {
  test("has the classes that its source declares, and none where it declares none", () => {
    expect(rawColumnClasses(table, "email")).toEqual(["pii.email"]);
    expect(rawColumnClasses(table, "id")).toEqual([]);
    expect(rawColumnClasses(table, "_extracted_at")).toEqual([]);
  });

  test("is hidden from most where it came from the source undeclared", () => {
    expect(rawColumnClasses(table, "phone")).toEqual(["undeclared"]);
  });

  test("has every class in the item that its rows were made of", () => {
    expect(rawColumnClasses(table, "_item")).toEqual(["pii.email", "pii.name", "undeclared"]);
  });
});
