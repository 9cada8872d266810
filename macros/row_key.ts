import type { Macro, MacroArgument } from "@mercado/runner/macro.ts";

function names(list: MacroArgument): readonly string[] {
  return String(list)
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

/**
 * A row's identity as text, never null: the key's columns joined by `/` or, when one of them is null, `no key ` and a
 * hash of the content's columns. Both arguments are comma-separated column names.
 */
const rowKey: Macro = (_context, key = "", content = "") => {
  const keyColumns = names(key);
  const missing = keyColumns.map((column) => `${column} is null`).join(" or ");
  const whole = keyColumns.map((column) => `cast(${column} as varchar(65535))`).join(" || '/' || ");
  const texts = [...keyColumns, ...names(content)].map(
    (column) => `coalesce(cast(${column} as varchar(65535)), '')`,
  );
  return `case when ${missing} then 'no key ' || md5(${texts.join(" || '|' || ")}) else ${whole} end`;
};

export default rowKey;
