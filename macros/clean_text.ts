import type { Macro } from "@mercado/runner/macro.ts";

const blanks = "' ' || chr(9) || chr(10) || chr(13)";

/** A text without blanks, tabs and line ends around it; null when nothing is left. */
const cleanText: Macro<[column: string]> = ({ dialect }, column) => {
  switch (dialect) {
    case "duckdb":
      return `nullif(trim(${column}, ${blanks}), '')`;
    case "redshift":
      return `nullif(btrim(${column}, ${blanks}), '')`;
  }
};

export default cleanText;
