/** A text as a literal of Redshift's, which reads a backslash in one as the beginning of an escape. */
export function redshiftLiteral(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}

/** How COPY and UNLOAD name a role: an ARN, or `default` for the one that the warehouse was given as its default. */
export function iamRoleClause(role: string): string {
  return `iam_role ${role === "default" ? "default" : redshiftLiteral(role)}`;
}
