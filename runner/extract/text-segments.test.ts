import { afterAll, expect, test } from "@jest/globals";
import fc from "fast-check";
import { PartCommit } from "./part-commit.ts";
import { columns, newLake, postgresTable, readRows, removeLakes, run } from "./testing/fixtures.ts";
import { TextSegments } from "./text-segments.ts";

afterAll(removeLakes);

const table = postgresTable({
  table: "note",
  key: ["id"],
  columns: columns("id: integer", "text: varchar"),
});

test("rows that several readers append at the same time arrive once each, however often a group is written meanwhile", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 5 }),
      fc.constantFrom(1, 50, 400, 100_000),
      async (readers, groupBytes) => {
        const { lake } = newLake();
        const commit = new PartCommit({ lake, killPoint: () => undefined, run });
        const segments = new TextSegments(table, false, { commit, groupBytes });
        const expected: string[] = [];
        await Promise.all(
          readers.map(async (rows, reader) => {
            for (let index = 0; index < rows; index += 1) {
              const id = String(reader * 1000 + index);
              expected.push(id);
              await segments.append([id, index % 3 === 0 ? null : "x".repeat(index)]);
            }
          }),
        );
        const parts = await segments.finish();
        await commit.close();
        const files = parts.flatMap(({ file }) => file ?? []);
        const rows = await readRows(lake, files);
        expect(rows.map(({ id }) => id).sort()).toEqual(expected.sort());
        for (const { id, text } of rows) {
          const index = Number(id) % 1000;
          expect(text).toBe(index % 3 === 0 ? null : "x".repeat(index));
        }
      },
    ),
    { numRuns: 25 },
  );
}, 60_000);
