import { invalid } from "./data-api-error.ts";

export interface Parameter {
  readonly name: string;
  readonly value: string;
}

// Text literals, quoted identifiers, dollar quotes, comments and casts are passed over; what remains of `:name` is a parameter.
const TOKEN =
  /'(?:[^'\\]|\\.|'')*'|"(?:[^"]|"")*"|\$(?<tag>\w*)\$[\s\S]*?\$\k<tag>\$|--[^\n]*|\/\*[\s\S]*?\*\/|::|:(?<name>[0-9a-zA-Z_]+)/g;

/** Refuses parameters that no statement mentions. */
export function checkParameters(sqls: readonly string[], parameters: readonly Parameter[]): void {
  const mentioned = new Set(sqls.flatMap((sql) => namesIn(sql)));
  const unused = parameters.filter(({ name }) => !mentioned.has(name));
  if (unused.length > 0) {
    const names = unused.map(({ name }) => name).join(", ");
    throw invalid(`Parameters list contains unused parameters. Unused parameters: [${names}]`);
  }
}

/** Throws, as the database would, for a parameter without a value. */
export function refuseEmptyValues(parameters: readonly Parameter[]): void {
  const empty = parameters.find(({ value }) => value === "");
  if (empty === undefined) return;
  throw new Error(`ERROR: The parameter ${empty.name} has a zero length value.`);
}

/** The text with its parameters as untyped literals, which the database casts to what their place needs. */
export function bindParameters(sql: string, parameters: readonly Parameter[]): string {
  if (parameters.length === 0) return sql;
  const values = new Map(parameters.map(({ name, value }) => [name, value]));
  return sql.replace(TOKEN, (token, ...groups) => {
    const { name } = groups.at(-1) as { name?: string };
    const value = name === undefined ? undefined : values.get(name);
    return value === undefined ? token : literal(value);
  });
}

function namesIn(sql: string): string[] {
  return [...sql.matchAll(TOKEN)].flatMap(({ groups }) => groups?.["name"] ?? []);
}

/** Redshift reads backslashes in literals as escapes. */
function literal(value: string): string {
  return `'${value.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}
