import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { checkLine } from "./item-line.ts";
import { readLines, type LineFormat, type ReadLine } from "./read-lines.ts";

async function* inChunks(bytes: Buffer, size: number) {
  for (let start = 0; start < bytes.length; start += size) {
    await Promise.resolve();
    yield bytes.subarray(start, start + size);
  }
}

async function read(text: string | Buffer, format: LineFormat, size = 7): Promise<ReadLine[]> {
  const lines: ReadLine[] = [];
  for await (const line of readLines(inChunks(Buffer.from(text), size), format)) lines.push(line);
  return lines.toSorted((left, right) => left.line - right.line);
}

describe("CSV", () => {
  test("is read by the names of its first line, in whatever order, with quotes and either line end", async () => {
    const text = '\ufeffprice,item_name\r\n"1.00","Chair, ""big"""\r\n\n2.00,Lamp';
    expect(await read(text, "csv")).toEqual([
      { line: 2, fields: { price: "1.00", item_name: 'Chair, "big"' } },
      { line: 4, fields: { price: "2.00", item_name: "Lamp" } },
    ]);
  });

  test("an empty cell says nothing", async () => {
    expect(await read("sku,price\n,1.00\n", "csv")).toEqual([
      { line: 2, fields: { price: "1.00" } },
    ]);
  });

  test("a broken line is rejected by its number, and the lines around it are read", async () => {
    const bytes = Buffer.concat([
      Buffer.from("a,b\n1,2\n3\n4,5,6\n7,"),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('\n8,x"y"\n9,"long\n'),
    ]);
    const lines = await read(bytes, "csv");
    expect(lines.slice(0, 4)).toEqual([
      { line: 2, fields: { a: "1", b: "2" } },
      { line: 3, reason: "has 1 cells, the first line has 2" },
      { line: 4, reason: "has 3 cells, the first line has 2" },
      { line: 5, reason: "the line is not UTF-8" },
    ]);
    expect(lines.slice(4)).toEqual([
      { line: 6, reason: "the quotes of the line do not match" },
      { line: 7, reason: "the quotes of the line do not match" },
    ]);
  });

  test.each(["", "\n\n", "a,a\n1,2\n"])("%j has no header and is refused", async (text) => {
    await expect(read(text, "csv")).rejects.toThrow(/column/);
  });
});

describe("JSON lines", () => {
  test("are read one by one, numbered from 1, empty ones not", async () => {
    expect(await read('{"a":1}\r\n\n{"a":"é"}', "ndjson", 1)).toEqual([
      { line: 1, fields: { a: 1 } },
      { line: 3, fields: { a: "é" } },
    ]);
  });

  test("a line that is no JSON object, not UTF-8 or too long is rejected by its number", async () => {
    const bytes = Buffer.concat([
      Buffer.from('{"a":\n[1]\nnull\n7\n'),
      Buffer.from([0x22, 0xff, 0x22, 0x0a]),
      Buffer.from(`{"a":"${"x".repeat(70_000)}"}\n{"a":2}\n`),
    ]);
    expect(
      (await read(bytes, "ndjson", 1_000)).map((line) => ("reason" in line ? line.reason : "good")),
    ).toEqual([
      "the line is not JSON",
      "the line is no JSON object",
      "the line is no JSON object",
      "the line is no JSON object",
      "the line is not UTF-8",
      "the line is longer than 65536 bytes",
      "good",
    ]);
  });
});

test.each<LineFormat>(["csv", "ndjson"])(
  "where the network cuts a body of %s changes nothing",
  async (format) => {
    const body =
      format === "csv" ? 'a,b\n1,"é,\n2"\n3\n4,"x\n' : '{"a":"é"}\n{"b":\n\n{"c":"\\n"}\r\n[]';
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
    if (!("line" in checkLine(read)) || "reason" in read) throw new Error("a line was lost");
    taken += 1;
    furthest = Math.max(furthest, sent - taken);
    if (taken % 10_000 === 0) await new Promise(setImmediate);
  }
  expect(taken).toBe(40_000);
  expect(furthest).toBeLessThan(10_000);
});
