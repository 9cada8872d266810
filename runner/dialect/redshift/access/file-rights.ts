import type { Row } from "../../../core/ports.ts";
import { quoteText } from "../../../core/sql-text.ts";
import { isOwnName } from "./names.ts";

/**
 * Who may COPY and UNLOAD by the warehouse's IAM role, which reaches every file of the lake, in words: nobody whose rights
 * are declared may. Before a superuser takes that right away, Redshift gives it to everybody.
 */
export async function readFileRights(
  ask: (query: string) => Promise<readonly Row[]>,
  prefix: string,
): Promise<readonly string[]> {
  const rows = await ask(
    `select cast(identity_name as varchar(128)) as identity_name, cast(iam_arn as varchar(2048)) as iam_arn, lower(cast(command_type as varchar(128))) as command from svv_iam_privileges where identity_type = ${quoteText("public")} or (identity_type = ${quoteText("role")} and ${isOwnName("identity_name", prefix)}) order by 1, 2, 3`,
  );
  const commands = new Map<string, string[]>();
  for (const { identity_name: name, iam_arn: arn, command } of rows) {
    const right = `${name === "public" ? "everybody" : `role ${String(name)}`} may use the IAM role ${String(arn)}`;
    commands.set(right, [...(commands.get(right) ?? []), String(command)]);
  }
  return [...commands].map(([right, named]) => `${right} in ${named.join(", ")}`);
}
