import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { reservedNames } from "../../local/redshift/sql/refusals/reserved-words.ts";
import { openTestRedshift } from "../../local/redshift/sql/testing/test-redshift.ts";
import type { TestRedshift } from "../../local/redshift/sql/testing/test-redshift.ts";
import { loadRedshiftGrammar } from "../../runner/dialect/redshift/grammar.ts";
import type { CheckStatement } from "../../runner/dialect/redshift/grammar.ts";
import { reservedWords } from "../../runner/dialect/redshift/reserved-words.ts";

/** The Redshift Developer Guide's page "Reserved words". */
const documented = `
AES128 AES256 ALL ALLOWOVERWRITE ANALYSE ANALYZE AND ANY ARRAY AS ASC AUTHORIZATION AZ64 BACKUP BETWEEN BINARY
BLANKSASNULL BOTH BYTEDICT BZIP2 CASE CAST CHECK COLLATE COLUMN CONSTRAINT CREATE CREDENTIALS CROSS CURRENT_DATE
CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER CURRENT_USER_ID DEFAULT DEFERRABLE DEFLATE DEFRAG DELTA DELTA32K DESC
DISABLE DISTINCT DO ELSE EMPTYASNULL ENABLE ENCODE ENCRYPT ENCRYPTION END EXCEPT EXPLICIT FALSE FOR FOREIGN FREEZE
FROM FULL GLOBALDICT256 GLOBALDICT64K GRANT GROUP GZIP HAVING IDENTITY IGNORE ILIKE IN INITIALLY INNER INTERSECT
INTERVAL INTO IS ISNULL JOIN LEADING LEFT LIKE LIMIT LOCALTIME LOCALTIMESTAMP LUN LUNS LZO LZOP MINUS MOSTLY16
MOSTLY32 MOSTLY8 NATURAL NEW NOT NOTNULL NULL NULLS OFF OFFLINE OFFSET OID OLD ON ONLY OPEN OR ORDER OUTER OVERLAPS
PARALLEL PARTITION PERCENT PERMISSIONS PIVOT PLACING PRIMARY RAW READRATIO RECOVER REFERENCES REJECTLOG RESORT
RESPECT RESTORE RIGHT SELECT SESSION_USER SIMILAR SNAPSHOT SOME SYSDATE SYSTEM TABLE TAG TDES TEXT255 TEXT32K THEN
TIMESTAMP TO TOP TRAILING TRUE TRUNCATECOLUMNS UNION UNIQUE UNNEST UNPIVOT USER USING VERBOSE WALLET WHEN WHERE WITH
WITHOUT`;
const words = documented.toLowerCase().trim().split(/\s+/);

let redshift: TestRedshift;
let check: CheckStatement;

beforeAll(async () => {
  redshift = await openTestRedshift();
  check = await loadRedshiftGrammar();
});

afterAll(() => redshift.close());

test("the words that the runner refuses as names are those that Redshift's stand-in refuses", () => {
  expect([...reservedWords].toSorted()).toEqual([...reservedNames].toSorted());
  expect(words).toEqual(expect.arrayContaining([...reservedNames]));
});

describe("a documented reserved word is a column's name for neither or for both:", () => {
  // SYSDATE is a value, which the runner cannot tell from a name.
  test.each(words.filter((word) => word !== "sysdate"))("%s", async (word) => {
    const statement = `create table kept_${word} (${word} integer)`;
    const isRefused = await redshift.run(statement).then(
      () => false,
      (error: unknown) => /ERROR: syntax error at or near/.test(String(error)),
    );
    expect({ isRefused }).toEqual({ isRefused: check(statement).length > 0 });
  });
});
