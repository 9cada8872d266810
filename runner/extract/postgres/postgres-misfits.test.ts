import { describe, expect, test } from "@jest/globals";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import {
  columns,
  failureOf,
  filesIn,
  newLake,
  postgresTable,
  readRows,
  run,
} from "../testing/fixtures.ts";
import { usePostgres } from "../testing/postgres-source.ts";
import { openPostgresExtractor } from "./postgres-extractor.ts";

const source = usePostgres();

describe("a value that does not fit its declared type", () => {
  test.each([
    { what: "NaN", native: "numeric", literal: "'NaN'", declared: "numeric(10,2)", shown: '"NaN"' },
    {
      what: "infinity in a decimal",
      native: "numeric",
      literal: "'-Infinity'",
      declared: "numeric(10,2)",
      shown: '"-Infinity"',
    },
    {
      what: "more decimals than declared",
      native: "numeric",
      literal: "1.005",
      declared: "numeric(10,2)",
      shown: '"1.005"',
    },
    {
      what: "more digits than declared",
      native: "numeric",
      literal: "123456789.00",
      declared: "numeric(10,2)",
      shown: '"123456789.00"',
    },
    {
      what: "a fraction in an integer",
      native: "numeric",
      literal: "1.5",
      declared: "integer",
      shown: '"1.5"',
    },
    {
      what: "a number above its type",
      native: "integer",
      literal: "32768",
      declared: "smallint",
      shown: '"32768"',
    },
    {
      what: "more bytes than declared",
      native: "text",
      literal: "'ééé'",
      declared: "varchar(5)",
      shown: '"ééé"',
    },
    {
      what: "an infinite time",
      native: "timestamptz",
      literal: "'infinity'",
      declared: "timestamptz",
      shown: '"infinity"',
    },
    {
      what: "a date before our era",
      native: "date",
      literal: "'0044-03-15 BC'",
      declared: "date",
      shown: '"0044-03-15 BC"',
    },
    {
      what: "a time without a zone",
      native: "timestamp",
      literal: "'2026-01-01'",
      declared: "timestamptz",
      shown: '"2026-01-01 00:00:00"',
    },
    {
      what: "a text that is no number",
      native: "text",
      literal: "'twelve'",
      declared: "bigint",
      shown: '"twelve"',
    },
    { what: "a null", native: "text", literal: "null", declared: "text not null", shown: "null" },
  ])(
    "such as $what is refused by name, and nothing is left behind",
    async ({ native, literal, declared, shown }) => {
      await source.execute(
        `drop table if exists misfit; create table misfit (id integer, value ${native});
       insert into misfit (id) values (1); update misfit set value = ${native === "text" ? "''" : "null"};
       insert into misfit values (2, ${literal})`,
      );
      if (!declared.endsWith("not null"))
        await source.execute("update misfit set value = null where id = 1");
      const table = postgresTable({
        table: "misfit",
        key: ["id"],
        columns: columns("id: integer", `value: ${declared}`),
      });
      const { lake, root } = newLake();
      const extractor = openPostgresExtractor({ url: source.url(), lake });
      const failure = await failureOf(extractor.extract([{ table }], run));
      await extractor.close();
      expect(failure.exitCode).toBe(1);
      expect(failure.diagnostics).toHaveLength(1);
      const [diagnostic] = failure.diagnostics;
      expect(diagnostic).toMatchObject({ code: "EXTRACT_FAILED" });
      expect(diagnostic!.message).toMatch(/^test\.misfit: column value .*\(row id 2\)\.$/);
      expect(diagnostic!.message).toContain(shown);
      expect(await filesIn(root)).toEqual([]);
    },
  );

  test("is reported for every table that has one, while the others are read", async () => {
    await source.execute(`
      create table bad_1 (id integer, value text); insert into bad_1 values (1, 'x');
      create table bad_2 (id integer, value text); insert into bad_2 values (1, 'y')`);
    const bad = ["bad_1", "bad_2", "absent"].map((table) =>
      postgresTable({ table, key: ["id"], columns: columns("id: integer", "value: integer") }),
    );
    const { lake } = newLake();
    const extractor = openPostgresExtractor({ url: source.url(), lake });
    const failure = await failureOf(
      extractor.extract(
        bad.map((table) => ({ table })),
        run,
      ),
    );
    await extractor.close();
    expect(
      failure.diagnostics.map(({ code, message }) => [code, message.split(":")[0]]).toSorted(),
    ).toEqual([
      ["EXTRACT_FAILED", "test.bad_1"],
      ["EXTRACT_FAILED", "test.bad_2"],
      ["SOURCE_CONTRACT", "test.absent"],
    ]);
  });
});

describe("an extraction killed", () => {
  const child = fileURLToPath(new URL("../testing/extract-until-killed.ts", import.meta.url));

  test.each(["before-extract-part", "before-part-put", "after-extract-part"])(
    "at %s is forgotten with its run, and can be repeated under the same id",
    async (killAt) => {
      await source.execute("create table if not exists survivor as select 1 as id");
      const { lake, root } = newLake();
      const killed = spawnSync(
        process.execPath,
        ["--import", "tsx", child, source.url(), root, killAt],
        { encoding: "utf8" },
      );
      expect(killed.signal).toBe("SIGKILL");
      expect(await lake.readManifest("raw.survivor")).toBeUndefined();
      const extractor = openPostgresExtractor({ url: source.url(), lake });
      const table = postgresTable({
        table: "survivor",
        key: ["id"],
        columns: columns("id: integer"),
      });
      const [again] = await extractor.extract([{ table }], run);
      await extractor.close();
      expect(await readRows(lake, again!.files)).toMatchObject([{ id: "1" }]);
      expect(await filesIn(root)).toEqual(["part-00000.parquet"]);
      await lake.removeFiles("raw.survivor", { runs: new Set([run.runId]) });
      expect(await filesIn(root)).toEqual([]);
    },
  );
});
