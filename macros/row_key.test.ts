import { describe, expect, test } from "@jest/globals";
import rowKey from "./row_key.ts";
import { rowsOf } from "../tests/testing/duckdb.ts";

describe("row_key", () => {
  test.each(["duckdb", "redshift"] as const)(
    "names the key's columns, or hashes key and content, on %s",
    (dialect) => {
      expect(rowKey({ dialect }, "cart_id, line_number", "qty")).toBe(
        "case when cart_id is null or line_number is null" +
          " then 'no key ' || md5(coalesce(cast(cart_id as varchar(65535)), '') || '|' ||" +
          " coalesce(cast(line_number as varchar(65535)), '') || '|' || coalesce(cast(qty as varchar(65535)), ''))" +
          " else cast(cart_id as varchar(65535)) || '/' || cast(line_number as varchar(65535)) end",
      );
    },
  );

  test("keeps two different rows without a key apart, and copies of one together", async () => {
    const key = rowKey({ dialect: "duckdb" }, "id", "name");
    const rows = await rowsOf(
      "create table source (id integer, name varchar)",
      "insert into source values (7, 'Ann'), (null, 'Bob'), (null, 'Bob'), (null, 'Eve'), (null, null)",
      `select distinct ${key} from source`,
    );
    expect(rows).toHaveLength(4);
    expect(rows).toContainEqual(["7"]);
    expect(rows.flat()).not.toContain(null);
  });
});
