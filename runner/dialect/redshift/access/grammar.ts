import type { StatementProblem } from "../refused-parts.ts";

const name = String.raw`(?:"[^"]+"|[a-z_][a-z0-9_$]*)`;
const relation = String.raw`${name}\.${name}`;
const role = String.raw`role ${name}`;
const right = String.raw`(?:select|insert|update|delete|usage|create|drop|alter|references)`;
const typeName = String.raw`[a-z]+(?: precision)?(?:\(\d+(?:,\s*\d+)?\))?`;
const column = String.raw`${name} ${typeName}`;

/** The statements about roles, rights and policies that the runner writes, without queries inside. */
const plain: readonly RegExp[] = [
  String.raw`(?:create|drop) ${role}`,
  String.raw`create user ${name} password disable`,
  String.raw`drop user ${name}`,
  String.raw`grant ${role} to (?:role )?${name}`,
  String.raw`revoke ${role} from (?:role )?${name}`,
  String.raw`(?:grant ${right} on (?:schema ${name}|table ${relation}) to|revoke ${right} on (?:schema ${name}|table ${relation}) from) ${role}`,
  String.raw`(?:grant ${right} for tables in schema ${name} to|revoke ${right} for tables in schema ${name} from) ${role}`,
  String.raw`grant select on table ${relation} to rls policy ${name}`,
  String.raw`attach masking policy ${name} on ${relation} \(${name}\) to ${role} priority \d+`,
  String.raw`detach masking policy ${name} on ${relation} \(${name}\) from ${role}`,
  String.raw`(?:attach rls policy ${name} on ${relation} to|detach rls policy ${name} on ${relation} from) ${role}`,
  String.raw`alter table ${relation} row level security (?:on|off)`,
  String.raw`drop (?:masking|rls) policy ${name}`,
].map((pattern) => new RegExp(`^${pattern}$`));

const masking = new RegExp(
  String.raw`^create masking policy ${name}\s+with \(${column}\)\s+using \((?<value>[^]+)\)$`,
);
const rows = new RegExp(
  String.raw`^create rls policy ${name}(?:\s+with \(${column}(?:, ${column})*\))?\s+using \((?<condition>[^]+)\)$`,
);

/** Whether a statement is about roles, rights and policies in a way that only Redshift has. */
export function isAccessStatement(sql: string): boolean {
  return /^\s*(?:(?:create|drop|grant|revoke)\s+(?:role|user)\b|(?:grant|revoke)\b|(?:create|drop|attach|detach)\s+(?:masking|rls)\s+policy\b|alter\s+table\s+\S+\s+row\s+level\b)/i.test(
    sql,
  );
}

/** Checks such a statement; the value of a mask and the condition of a row policy are handed on as queries. */
export function checkAccessStatement(
  sql: string,
  checkQuery: (query: string) => readonly StatementProblem[],
): readonly StatementProblem[] {
  if (plain.some((pattern) => pattern.test(sql))) return [];
  const value = masking.exec(sql)?.groups?.value;
  if (value !== undefined) return checkQuery(`select ${value}`);
  const condition = rows.exec(sql)?.groups?.condition;
  if (condition !== undefined) return checkQuery(`select 1 from t where ${condition}`);
  return [
    { offset: 0, message: "This is no statement about roles and policies that the runner writes." },
  ];
}
