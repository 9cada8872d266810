/** Why the service cannot start: a stable code, the cause as message, and the way out. */
export class StartError extends Error {
  readonly code:
    | "API_POSTGRES_UNREACHABLE"
    | "API_DYNAMODB_UNREACHABLE"
    | "API_TABLE_DIFFERENT"
    | "API_SCHEMA_NEWER"
    | "API_SCHEMA_REFUSED"
    | "API_MIGRATION_LOCKED"
    | "API_SETTING_INVALID"
    | "API_ARGUMENT_UNKNOWN"
    | "API_KEY_MISSING"
    | "API_KEYS_UNUSABLE"
    | "API_TOKEN_INVALID"
    | "API_ADDRESS_IN_USE"
    | "API_ADDRESS_UNUSABLE";
  readonly hint: string;

  constructor(
    code: StartError["code"],
    message: string,
    context: { hint: string; cause?: unknown },
  ) {
    super(message, { cause: context.cause });
    this.name = "StartError";
    this.code = code;
    this.hint = context.hint;
  }
}
