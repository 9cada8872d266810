import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { ItemLine, RejectedLine } from "./item-line.ts";
import { readLines, type LineFormat } from "./read-lines.ts";

async function* inChunks(bytes: Buffer, size: number) {
  for (let start = 0; start < bytes.length; start += size) {
    await Promise.resolve();
    yield bytes.subarray(start, start + size);
  }
}

type Read = ItemLine | RejectedLine;

async function read(text: string | Buffer, format: LineFormat, size = 7): Promise<Read[]> {
  const lines: Read[] = [];
  for await (const line of readLines(inChunks(Buffer.from(text), size), format)) lines.push(line);
  return lines;
}

/** In short: a good line's number and name, a rejected one's number and reason. */
function inShort(line: Read): [line: number, text: string] {
  return "reason" in line ? [line.line, line.reason] : [line.line, line.itemName];
}

const HEADER = "item_name,category,price";
const NEVER_CLOSED = "a quote opens here and is never closed";
const UNMATCHED = "the quotes of the line do not match";
const TOO_LONG = "the line is longer than 65536 bytes";

describe("CSV", () => {
  test("is read by the names of its first line, in whatever order, with quotes and either line end", async () => {
    const text = '\ufeffprice,item_name,category\r\n"1.00","Chair, ""big""",1\r\n\n2.00,Lamp,2';
    const uncounted = { sku: null, stock: null };
    expect(await read(text, "csv")).toEqual([
      { line: 2, itemName: 'Chair, "big"', category: 1, price: "1.00", ...uncounted },
      { line: 4, itemName: "Lamp", category: 2, price: "2.00", ...uncounted },
    ]);
  });

  test("an empty cell says nothing, and a column without a name has to be empty", async () => {
    const text = `sku,${HEADER},stock,,\n,Chair,1,1.00,,,\n,Lamp,1,1,,x,\n`;
    const [chair, lamp] = await read(text, "csv");
    expect(chair).toMatchObject({ sku: null, stock: null, itemName: "Chair" });
    expect(lamp).toEqual({ line: 3, reason: "cell 6 stands in a column without a name" });
  });

  test("a broken line is rejected by its number, and the lines around it are read", async () => {
    const bytes = Buffer.concat([
      Buffer.from(`${HEADER}\nChair,1,1\n3\n4,5,6,7\nRug`),
      Buffer.from([0xff, 0xfe]),
      Buffer.from(',1,1\nx"y",1,1\n"open,1,1\nLamp,1,1\n'),
    ]);
    expect((await read(bytes, "csv")).map(inShort)).toEqual([
      [2, "Chair"],
      [3, "has 1 cells, the first line has 3"],
      [4, "has 4 cells, the first line has 3"],
      [5, "the line is not UTF-8"],
      [6, UNMATCHED],
      [7, NEVER_CLOSED],
      [8, "Lamp"],
    ]);
  });

  test("a line that is too long takes no other with it", async () => {
    const good = Array.from({ length: 10 }, (_, index) => `Chair ${index},1,1.00`);
    const text = [HEADER, "Lamp,1,1", "x".repeat(70_000), ...good].join("\n");
    expect((await read(text, "csv", 1_000)).map(inShort)).toEqual([
      [2, "Lamp"],
      [3, TOO_LONG],
      ...good.map((_, index) => [index + 4, `Chair ${index}`]),
    ]);
  });

  test("a quote that is never closed takes no other line with it, however many follow", async () => {
    const good = Array.from({ length: 40_000 }, () => "Chair,1,1.00");
    const text = [HEADER, '"open,1,1.00', ...good].join("\n");
    const [first, ...others] = await read(text, "csv", 50_000);
    expect(first).toEqual({ line: 2, reason: NEVER_CLOSED });
    expect(others.map(inShort)).toEqual(good.map((_, index) => [index + 3, "Chair"]));
  });

  test("a quoted cell may go over lines, but a stray quote that another ends takes none with it", async () => {
    const text = [
      HEADER,
      '"Chair,',
      'big",1,1',
      '"open,1,1.00',
      ...Array<string>(20).fill("Rug,1,1"),
    ];
    text.push('Lamp 5",1,1.00', '"Hook', 'small",1,1');
    expect((await read(text.join("\n"), "csv")).map(inShort)).toEqual([
      [2, "Chair,\nbig"],
      [4, "a quote opens here and closes on line 25; item_name: must be at most 100 bytes long"],
      ...Array.from({ length: 20 }, (_, index) => [index + 5, "Rug"]),
      [25, UNMATCHED],
      [26, "Hook\nsmall"],
    ]);
  });

  test("reasons say what is wrong with a cell, in plain words", async () => {
    const text = `sku,${HEADER},stock\n,,1,1,\n,Rug,,-5.00,1.5\n,Rug,1,0,\n,Rug,1,1.999,\n`;
    expect((await read(text, "csv")).map(inShort)).toEqual([
      [2, "item_name: is missing"],
      [
        3,
        "category: is missing; price: must not be negative; stock: must be an integer from 0 to 1000000000",
      ],
      [4, "price: must be above 0 and at most 99999999.99"],
      [5, 'price: must be a decimal string with at most 2 places, such as "12.50"'],
    ]);
  });

  test.each([
    ["The file has no line with the columns' names.", ""],
    ["The file has no line with the columns' names.", "\n\n"],
    ["The first line does not name the columns item_name, category.", "name,price"],
    ["The first line does not name the column category.", "item_name,price"],
    [
      "The first line separates the columns by semicolons, not by commas.",
      "item_name;category;price",
    ],
    ["The first line names the column colour, which no item has.", `${HEADER},colour`],
    ["The first line names the column price twice.", `${HEADER},price`],
    [`The first line does not name the columns: ${NEVER_CLOSED}.`, `"${HEADER}`],
    [`The first line does not name the columns: ${TOO_LONG}.`, "x".repeat(70_000)],
  ])("a header is refused at once: %s", async (message, header) => {
    const lines = header.trim() === "" ? header : `${header}\nChair,1,1.00\n`;
    await expect(read(lines, "csv", 1_000)).rejects.toMatchObject({
      message,
      hint: expect.stringContaining("item_name, category, price are needed"),
    });
  });
});

describe("no line of a damaged file is lost", () => {
  const good = fc.constantFrom("Chair,1,1.00", '"Chair, ""big""",1,1', '"Chair",1,1');
  const spared = fc.constantFrom(
    "x".repeat(65_537),
    '"open,1,1.00',
    '"open ""twice"",1,1',
    'x"y",1,1',
    "Chair,1",
    "Chair,1,-1",
    "",
    ",,",
  );
  const folded = fc.constantFrom('"Chair\nbig",1,1', '"\n\nChair\n",1,1\r');
  const stray = fc.constantFrom('Lamp 5",1,1', '"', '"""', '"open,1,1\n",1,1', 'a,"b\nc"d,1');
  const chunks = fc.integer({ min: 1, max: 100_000 });

  test("every line is in one good row or rejected by its number", async () => {
    const parts = fc.array(fc.oneof(good, spared, folded, stray), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(parts, chunks, async (rows, size) => {
        const text = [HEADER, ...rows].join("\n");
        const lines = text.split("\n").map((line) => line.replace(/\r$/, ""));
        const accounted = new Map<number, number>();
        for (const row of await read(text, "csv", size)) {
          const extent = "reason" in row ? 1 : extentOf(row, lines);
          for (let line = row.line; line < row.line + extent; line += 1) {
            accounted.set(line, (accounted.get(line) ?? 0) + 1);
          }
        }
        for (const [index, line] of lines.entries()) {
          const times = accounted.get(index + 1) ?? 0;
          if (index === 0) expect(times).toBe(0);
          else if (line !== "")
            expect([index + 1, line.slice(0, 20), times]).toEqual([
              index + 1,
              line.slice(0, 20),
              1,
            ]);
          else expect(times).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 200 },
    );
  });

  test("and what stands around a quote that is never closed, or a line too long, is good", async () => {
    const parts = fc.array(fc.oneof(good, spared), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(parts, chunks, async (rows, size) => {
        const found = await read([HEADER, ...rows].join("\n"), "csv", size);
        const taken = found.filter((row) => !("reason" in row)).map(({ line }) => line);
        const expected = rows.flatMap((row, index) =>
          /^("Chair, ""big"""|"?Chair"?),1,1/.test(row) ? [index + 2] : [],
        );
        expect(taken).toEqual(expected);
        expect(found).toHaveLength(rows.filter((row) => row !== "").length);
      }),
      { numRuns: 200 },
    );
  });

  /** Lines that a good row has: until its quotes are even. */
  function extentOf({ line }: ItemLine, lines: readonly string[]): number {
    let quotes = 0;
    for (let last = line; last <= lines.length; last += 1) {
      quotes += lines[last - 1]!.split('"').length - 1;
      if (quotes % 2 === 0) return last - line + 1;
    }
    throw new Error(`line ${line} is good, but its quotes are not`);
  }
});

describe("JSON lines", () => {
  test("are read one by one, numbered from 1, empty ones not", async () => {
    const item = (name: string) => `{"item_name":"${name}","category":1,"price":1}`;
    const lines = await read(`${item("Chair")}\r\n\n${item("Café")}`, "ndjson", 1);
    expect(lines.map(inShort)).toEqual([
      [1, "Chair"],
      [3, "Café"],
    ]);
  });

  test("a line that is no JSON object, not UTF-8 or too long is rejected by its number", async () => {
    const bytes = Buffer.concat([
      Buffer.from('{"a":\n[1]\nnull\n7\n'),
      Buffer.from([0x22, 0xff, 0x22, 0x0a]),
      Buffer.from(`{"a":"${"x".repeat(70_000)}"}\n{"item_name":7,"price":-5,"colour":2}\n`),
    ]);
    expect((await read(bytes, "ndjson", 1_000)).map(inShort)).toEqual([
      [1, "the line is not JSON"],
      [2, "the line is no JSON object"],
      [3, "the line is no JSON object"],
      [4, "the line is no JSON object"],
      [5, "the line is not UTF-8"],
      [6, TOO_LONG],
      [
        7,
        "item_name: must be text; category: is missing; price: must not be negative; there is no field colour",
      ],
    ]);
  });
});

test.each<LineFormat>(["csv", "ndjson"])(
  "where the network cuts a body of %s changes nothing",
  async (format) => {
    const body =
      format === "csv"
        ? `${HEADER}\n"é,\n2",1,1\n3\n4,"x\nChair,1,1\r\n`
        : '{"item_name":"é","category":1,"price":1}\n{"b":\n\n{"c":"\\n"}\r\n[]';
    const whole = await read(body, format, 1_000);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 20 }), async (size) => {
        expect(await read(body, format, size)).toEqual(whole);
      }),
    );
  },
);

test.each<[LineFormat, string]>([
  ["csv", "Chair,1,12.50,5\n"],
  ["ndjson", '{"item_name":"Chair","category":1,"price":"12.50","stock":5}\n'],
])("a long body of %s is never read far ahead of what was taken from it", async (format, line) => {
  let sent = 0;
  async function* body() {
    await Promise.resolve();
    yield Buffer.from(format === "csv" ? "item_name,category,price,stock\n" : "");
    for (let chunk = 0; chunk < 80; chunk += 1) {
      sent += 500;
      yield Buffer.from(line.repeat(500));
    }
  }
  let taken = 0;
  let furthest = 0;
  for await (const read of readLines(body(), format)) {
    if ("reason" in read) throw new Error("a line was lost");
    taken += 1;
    furthest = Math.max(furthest, sent - taken);
    if (taken % 10_000 === 0) await new Promise(setImmediate);
  }
  expect(taken).toBe(40_000);
  expect(furthest).toBeLessThan(10_000);
});
