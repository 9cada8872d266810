import type { Client } from "pg";
import { RedshiftError } from "../redshift-error.ts";
import type { StatementResult } from "../statement-result.ts";
import { granteeArguments, readGrantee } from "./grantees.ts";
import { runStatements } from "./run-statements.ts";
import type { Words } from "./words.ts";

const commands = [["copy"], ["unload"], ["external", "function"], ["create", "model"]] as const;

/**
 * GRANT and REVOKE of ASSUMEROLE: who may use IAM roles in which commands. Every role is one here; undefined when
 * something else is granted.
 */
export function grantAssumeRole(
  client: Client,
  words: Words,
  isGrant: boolean,
): Promise<StatementResult> | undefined {
  if (!words.take("assumerole")) return undefined;
  words.expect("on");
  if (!words.take("all") && !words.take("default")) words.list(() => words.text());
  words.expect(isGrant ? "to" : "from");
  const grantees = words.list(() => readGrantee(words));
  words.expect("for");
  const named = words.take("all") ? commands : words.list(() => readCommand(words));
  words.end();
  return runStatements(
    client,
    grantees.flatMap((grantee) =>
      named.map(
        (command) =>
          `select pg_internal.set_assume_role('${command.join(" ").toUpperCase()}', ${granteeArguments(grantee)}, ${isGrant})`,
      ),
    ),
  );
}

function readCommand(words: Words): (typeof commands)[number] {
  const found = commands.find((command) => words.take(...command));
  if (found === undefined) throw words.unexpected();
  return found;
}

/** Rejects with RedshiftError where the session's user may not use an IAM role in a command. */
export async function checkAssumeRole(client: Client, command: "COPY" | "UNLOAD"): Promise<void> {
  const { rows } = await client.query<{ may: boolean; asking: string }>(
    "select pg_internal.may_assume_role($1) as may, session_user as asking",
    [command],
  );
  const [row] = rows;
  if (row?.may === true) return;
  const message = `User ${row?.asking ?? ""} does not have ASSUMEROLE permission on the IAM role for ${command}`;
  throw new RedshiftError(message, "42501");
}
