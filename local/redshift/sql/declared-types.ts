import { RedshiftError, unsupported } from "./redshift-error.ts";
import { nodesOf, texts, type Fields } from "./syntax-tree.ts";
import type { TextEdit } from "./text-edits.ts";

/** Types by Postgres's names that Redshift has, too; `text` is varchar(256) there. */
const knownTypes = new Set([
  ...["int2", "int4", "int8", "numeric", "float4", "float8", "bool", "bpchar", "varchar", "text"],
  ...["date", "timestamp", "timestamptz", "time", "timetz", "interval", "super"],
  // Of the catalogue, on the leader node.
  ...["regclass", "regtype", "regproc", "oid", "name", "char"],
  ...["integer", "smallint", "bigint", "real", "decimal", "boolean", "nvarchar", "nchar"],
]);
const standInLacks = new Set(["varbyte", "varbinary", "geometry", "geography", "hllsketch"]);
const longestVarchar = 65_535;
const longestChar = 4096;
const mostDigits = 38;
const defaultVarchar = 256;

/**
 * Gives types without a length the one that they have in Redshift: varchar(256), decimal(18,0). Throws RedshiftError
 * for types, lengths and arrays that Redshift lacks. Offsets of the syntax tree count bytes, as do those of the edits.
 */
export function declareTypes(tree: unknown): readonly TextEdit[] {
  const edits: TextEdit[] = [];
  for (const { type, fields } of nodesOf(tree)) {
    if (type === "TypeName" || type === "typeName") edits.push(...declareType(fields));
    const direct = fields["typeName"];
    if (typeof direct === "object" && direct !== null) edits.push(...declareType(direct as Fields));
  }
  return edits;
}

function declareType(fields: Fields): readonly TextEdit[] {
  const parts = texts(fields["names"]);
  const name = parts.at(-1) ?? "";
  if (fields["arrayBounds"] !== undefined || fields["setof"] === true)
    throw unsupported(`type "${name}[]" is not supported: Redshift has no arrays; use SUPER`);
  if (standInLacks.has(name)) throw unsupported(`the stand-in does not have the type ${name}`);
  if (!knownTypes.has(name)) throw new RedshiftError(`type "${name}" does not exist`, "42704");
  const [length, scale] = numbers(fields["typmods"]);
  checkLengths(name, length, scale);
  if (length !== undefined || typeof fields["location"] !== "number") return [];
  const { location } = fields;
  switch (name) {
    case "varchar":
    case "text":
      return [{ start: location, end: -1, replacement: `varchar(${defaultVarchar})` }];
    case "numeric":
      return [{ start: location, end: -1, replacement: "numeric(18,0)" }];
    default:
      return [];
  }
}

function numbers(list: unknown): readonly number[] {
  if (!Array.isArray(list)) return [];
  return (list as readonly { A_Const?: { ival?: { ival?: number } } }[]).flatMap((each) =>
    each.A_Const?.ival === undefined ? [] : [each.A_Const.ival.ival ?? 0],
  );
}

function checkLengths(name: string, length: number | undefined, scale: number | undefined): void {
  if (length === undefined) return;
  const refuse = (what: string) => new RedshiftError(what, "22023");
  if (name === "varchar" && length > longestVarchar)
    throw refuse(`length for type varchar cannot exceed ${longestVarchar}`);
  if (name === "bpchar" && length > longestChar)
    throw refuse(`length for type char cannot exceed ${longestChar}`);
  if (name === "numeric" && (length < 1 || length > mostDigits))
    throw refuse(`DECIMAL precision ${length} must be between 1 and ${mostDigits}`);
  if (name === "numeric" && scale !== undefined && scale > Math.min(length, 37))
    throw refuse(`DECIMAL scale ${scale} must be between 0 and precision ${length}`);
  if (["timestamp", "timestamptz", "time", "timetz"].includes(name))
    throw refuse(`${name} has no precision in Redshift: it counts microseconds`);
}
