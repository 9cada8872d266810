import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parse } from "yaml";
import { withColumns } from "./contract-text.ts";

const styled = `# The customers.
description: >-
  Those who bought
  anything.
grain:   One row per customer.   # an odd gap
key: [customer_id]
columns:
  # All of them are cast.
  - name: customer_id
    type: integer # the shop's own
    description: 'The customer.'

  # Without blanks around it.
  - name: name
    type: varchar(100)
    tests:
      - not_null
      # a test of our own
      - range: { min: 'A' }
  - { name: balance, type: "numeric(10,2)", description: "What is owed." }

tests:
    - row_count: { min: 1 }
`;

const columns = (text: string) =>
  text.split(" ").map((word) => {
    const [name = "", type = ""] = word.split(":");
    return { name, type };
  });

describe("columns written into a model's YAML", () => {
  test("leave every byte alone when nothing is new", () => {
    const same = columns("customer_id:integer name:varchar(100) balance:decimal(10,2)");
    const edit = withColumns(styled, same);
    expect(edit.text).toBe(styled);
    expect(edit).toMatchObject({ added: [], removed: [], retyped: [], isReordered: false });
    const windows = styled.replaceAll("\n", "\r\n");
    expect(withColumns(windows, same).text).toBe(windows);
  });

  test("keep what was written of a column, with its comments, wherever it goes", () => {
    const edit = withColumns(
      styled,
      columns("balance:numeric(12,2) joined_at:timestamp name:varchar(50)"),
    );
    expect(edit.block).toBe(`columns:
  # All of them are cast.
  - { name: balance, type: "numeric(12,2)", description: "What is owed." }
  - name: joined_at
    type: timestamp

  # Without blanks around it.
  - name: name
    type: varchar(50)
    tests:
      - not_null
      # a test of our own
      - range: { min: 'A' }
`);
    expect(edit).toMatchObject({
      added: ["joined_at"],
      removed: ["customer_id"],
      retyped: ["balance: numeric(10,2) -> numeric(12,2)", "name: varchar(100) -> varchar(50)"],
      isReordered: true,
    });
    const [before, after] = [styled.split("columns:")[0]!, "\ntests:\n    - row_count"];
    expect(edit.text.startsWith(before)).toBe(true);
    expect(edit.text).toContain(after);
  });

  test("go where there were none, or where the list was on one line", () => {
    const one = columns("a:integer");
    expect(withColumns("grain: x", one).text).toBe(
      "grain: x\ncolumns:\n  - name: a\n    type: integer\n",
    );
    expect(withColumns("columns:\ngrain: x\n", one).text).toBe(
      "columns:\n  - name: a\n    type: integer\ngrain: x\n",
    );
    expect(
      withColumns(
        "columns: [{ name: b, type: date }] # all\ngrain: x\n",
        columns("a:integer b:date"),
      ).text,
    ).toBe(
      "columns: # all\n  - { name: a, type: integer }\n  - { name: b, type: date }\ngrain: x\n",
    );
    expect(withColumns("columns:\n- name: b\ngrain: x\n", columns("b:date a:text")).text).toBe(
      "columns:\n- name: b\n  type: date\n- name: a\n  type: text\ngrain: x\n",
    );
  });

  test("are read back as they were meant, whatever the file looked like", () => {
    const name = fc.constantFrom("a", "b", "c", "d", "e");
    const type = fc.constantFrom("integer", "varchar(20)", "numeric(10,2)", "date");
    const style = fc.constantFrom("block", "flow", "commented", "described");
    const unique = { selector: (column: { name: string }) => column.name };
    const declared = fc.uniqueArray(fc.record({ name, type, style }), { ...unique, minLength: 1 });
    const wanted = fc.uniqueArray(fc.record({ name, type }), { ...unique, minLength: 1 });
    const write = ({
      name: of,
      type: is,
      style: as,
    }: {
      name: string;
      type: string;
      style: string;
    }) => {
      switch (as) {
        case "flow":
          return `  - { name: ${of}, type: "${is}", description: ${of}-text }`;
        case "commented":
          return `  # about ${of}\n  - name: ${of} # here\n    type: '${is}'\n`;
        case "described":
          return `  - type: ${is}\n    name: ${of}\n    description: |\n      one\n\n      two\n    tests: [not_null]`;
        default:
          return `  - name: ${of}\n    type: ${is}`;
      }
    };
    fc.assert(
      fc.property(declared, wanted, fc.boolean(), fc.boolean(), (old, target, windows, last) => {
        const list = `columns:\n${old.map(write).join("\n")}\n`;
        const rest = "grain: 'one   row'  # as it is\n";
        const unix = last ? `${rest}${list}` : `${list}${rest}`;
        const text = windows ? unix.replaceAll("\n", "\r\n") : unix;
        const edit = withColumns(text, target);
        const result = parse(edit.text) as { columns: Record<string, unknown>[]; grain: string };
        const before = parse(text) as typeof result;
        expect(result.columns).toEqual(
          target.map((column) => ({
            ...before.columns.find((each) => each.name === column.name),
            ...column,
          })),
        );
        expect(edit.text).toContain(rest.trimEnd());
        expect(parse(edit.block)).toEqual({ columns: result.columns });
        // Once written, it stays.
        expect(withColumns(edit.text, target).text).toBe(edit.text);
      }),
      { numRuns: 300 },
    );
  });
});
