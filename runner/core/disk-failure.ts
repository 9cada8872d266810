import { messageOf } from "./caught.ts";
import { Failure } from "./diagnostic.ts";

const fullDisk = /ENOSPC|EDQUOT|EFBIG|No space left on device|Disk quota exceeded|File too large/;
const readOnlyDisk = /EROFS|EACCES|EPERM|Read-only file system|Permission denied/;

/** The failure that an error of writing near `path` stands for; undefined when it is about something else. */
export function diskFailure(error: unknown, path: string): Failure | undefined {
  if (error instanceof Failure) return undefined;
  const cause = messageOf(error);
  if (fullDisk.test(cause)) {
    return new Failure([
      {
        code: "DISK_FULL",
        message: `No space is left to write ${path}.`,
        cause,
        hint: "Free some space, or let the target's folders stand on a larger disk, and run it again: nothing was published.",
      },
    ]);
  }
  if (readOnlyDisk.test(cause)) {
    return new Failure([
      {
        code: "DISK_READ_ONLY",
        message: `${path} cannot be written.`,
        cause,
        hint: "Give this user the right to write there, or name another folder in pipelines.yaml.",
      },
    ]);
  }
  return undefined;
}
