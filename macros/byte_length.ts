import type { Macro } from "@mercado/runner/macro.ts";

/** The bytes that a text takes in UTF-8: what the warehouse's `varchar(n)` counts. */
const byteLength: Macro<[column: string]> = ({ dialect }, column) => {
  switch (dialect) {
    case "duckdb":
      return `strlen(${column})`;
    case "redshift":
      return `octet_length(${column})`;
  }
};

export default byteLength;
