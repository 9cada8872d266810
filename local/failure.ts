/** Every way in which the local services refuse to work. The codes are stable: scripts and tests may match on them. */
export type LocalServiceCode =
  | "LOCAL_SETTING_INVALID"
  | "LOCAL_PLATFORM_UNSUPPORTED"
  | "LOCAL_POSTGRES_MISSING"
  | "LOCAL_POSTGRES_VERSION"
  | "LOCAL_POSTGRES_FAILED"
  | "LOCAL_DYNAMODB_MISSING"
  | "LOCAL_DYNAMODB_FAILED"
  | "LOCAL_DATA_FOLDER_TAKEN"
  | "LOCAL_DATA_FOLDER_UNREACHABLE"
  | "LOCAL_HOME_NOT_WRITABLE"
  | "LOCAL_HOME_BUSY"
  | "LOCAL_DISK_FULL"
  | "LOCAL_PORT_TAKEN"
  | "LOCAL_USER_SWITCH_REFUSED"
  | "LOCAL_USER_UNKNOWN"
  | "LOCAL_SUPERVISOR_FAILED";

export interface LocalServiceFailure {
  code: LocalServiceCode;
  message: string;
  hint: string;
}

/** `message` says what happened and why; `hint` says what the user can do about it. */
export class LocalServiceError extends Error {
  override readonly name = "LocalServiceError";
  readonly code: LocalServiceCode;
  readonly hint: string;

  constructor(failure: LocalServiceFailure) {
    super(failure.message);
    this.code = failure.code;
    this.hint = failure.hint;
  }
}

/** What a refused write below `home` means to the user; undefined when the error is about something else. */
export function homeFailure(home: string, error: unknown): LocalServiceError | undefined {
  const errno = (error as NodeJS.ErrnoException).code;
  switch (errno) {
    case "ENOSPC":
    case "EDQUOT":
      return new LocalServiceError({
        code: "LOCAL_DISK_FULL",
        message: `The disk that holds ${home} is full.`,
        hint: "Free some space there, or choose another folder with MERCADO_HOME.",
      });
    case "EROFS":
    case "EACCES":
    case "EPERM":
    case "ENOTDIR":
    case "EEXIST":
    case "ENOENT":
      return new LocalServiceError({
        code: "LOCAL_HOME_NOT_WRITABLE",
        message: `Cannot write to ${home}: ${(error as Error).message}`,
        hint: "Make the folder writable for this user, or choose another one with MERCADO_HOME.",
      });
    default:
      return undefined;
  }
}
