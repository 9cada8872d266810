import type { Client } from "pg";
import { RedshiftError, unsupported } from "../redshift-error.ts";
import type { StatementResult } from "../statement-result.ts";
import { textLiteral } from "../tokens.ts";
import { runStatements } from "./run-statements.ts";
import type { Words } from "./words.ts";

/** CREATE USER name [WITH] PASSWORD … [option …] */
export function createUser(client: Client, words: Words): Promise<StatementResult> {
  const name = words.identity();
  words.take("with");
  words.expect("password");
  readPassword(words);
  const { isSuper, options } = readOptions(words);
  return runStatements(client, [
    `select pg_internal.create_user(${textLiteral(name)}, ${isSuper ?? false}, ${textLiteral(options)})`,
  ]);
}

/** ALTER USER name [WITH] option …, or RENAME TO name. */
export function alterUser(client: Client, words: Words): Promise<StatementResult> {
  const name = textLiteral(words.identity());
  words.take("with");
  if (words.take("rename", "to")) {
    const renamed = textLiteral(words.identity());
    words.end();
    return runStatements(client, [
      `select pg_internal.rename_identity('user', ${name}, ${renamed})`,
    ]);
  }
  if (words.reads("set") || words.reads("reset"))
    throw unsupported("the stand-in does not keep settings of users");
  const { isSuper, options } = readOptions(words);
  return runStatements(client, [
    `select pg_internal.alter_user(${name}, ${isSuper ?? "null"}, ${textLiteral(options)})`,
  ]);
}

/** DROP USER [IF EXISTS] name, … */
export function dropUser(client: Client, words: Words): Promise<StatementResult> {
  const mayBeMissing = words.take("if", "exists");
  const names = words.list(() => words.identity());
  words.end();
  return runStatements(
    client,
    names.map((name) => `select pg_internal.drop_user(${textLiteral(name)}, ${mayBeMissing})`),
  );
}

/** Passwords are checked and not kept: the Data API asks for none. */
function readPassword(words: Words): void {
  if (words.take("disable")) return;
  const password = words.text();
  const isHash = /^md5[0-9a-f]{32}$|^sha256\|/.test(password);
  const isGood =
    /^[\x21-\x7e]{8,64}$/.test(password) &&
    [/[a-z]/, /[A-Z]/, /\d/].every((some) => some.test(password)) &&
    !/['"\\/@]/.test(password);
  if (!isHash && !isGood)
    throw new RedshiftError(
      "password must have 8 to 64 characters, an uppercase letter, a lowercase letter and a number, and none of ' \" \\ / @",
      "28P01",
    );
}

interface UserOptions {
  readonly isSuper: boolean | undefined;
  /** In Postgres's words. */
  readonly options: string;
}

function readOptions(words: Words): UserOptions {
  let isSuper: boolean | undefined;
  const options: string[] = [];
  while (!words.isAtEnd) {
    if (words.take("createuser")) isSuper = true;
    else if (words.take("nocreateuser")) isSuper = false;
    else if (words.take("createdb")) options.push("createdb");
    else if (words.take("nocreatedb")) options.push("nocreatedb");
    else if (words.take("password")) readPassword(words);
    else if (words.take("valid", "until")) options.push(`valid until ${textLiteral(words.text())}`);
    else if (words.take("connection", "limit"))
      options.push(`connection limit ${words.take("unlimited") ? -1 : words.integer()}`);
    else if (words.take("syslog", "access", "restricted")) continue;
    else if (words.reads("syslog", "access"))
      throw unsupported("the stand-in keeps no logs that SYSLOG ACCESS UNRESTRICTED would show");
    else if (words.take("session", "timeout")) words.integer();
    else if (words.take("reset", "session", "timeout")) continue;
    else if (words.take("externalid")) words.text();
    else if (words.reads("in", "group"))
      throw unsupported("the stand-in does not keep groups: use roles");
    else throw words.unexpected();
  }
  return { isSuper, options: options.join(" ") };
}
