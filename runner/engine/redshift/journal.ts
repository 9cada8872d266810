import { mkdir, open, readdir, readFile, rm, stat } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import path from "node:path";
import { codeOf } from "../../core/caught.ts";
import { diskFailure } from "../../core/disk-failure.ts";
import { isGone, ownIdentity } from "../../core/process-identity.ts";
import type { ProcessIdentity } from "../../core/process-identity.ts";

/** A statement of a process that is gone and never wrote down its end. */
export interface LeftStatement {
  readonly name: string;
  /** Undefined where the process was ended before it knew. */
  readonly id?: string;
  /** When it was about to be submitted, ISO 8601. */
  readonly at: string;
}

export interface LeftJournal {
  readonly file: string;
  readonly statements: readonly LeftStatement[];
}

type Line =
  | ({ readonly is: "process" } & ProcessIdentity)
  | { readonly is: "begun"; readonly token: string; readonly name: string; readonly at: string }
  | { readonly is: "submitted"; readonly token: string; readonly id: string }
  | { readonly is: "ended"; readonly token: string };

function folderOf(home: string): string {
  return path.join(home, "redshift", "statements");
}

/**
 * What one process asked of Redshift, a file of JSON lines in its home. A statement is written down before it is
 * submitted, and again with its id before anybody waits for it; then both are on the disk, safe from a machine that
 * fails. The file goes with its process, unless a statement is open whose end nobody knows.
 */
export class StatementJournal {
  readonly #file: string;
  readonly #handle: FileHandle;
  readonly #open = new Set<string>();
  #waiting: string[] = [];
  #isSyncWanted = false;
  /** The write that takes along every line that comes until it begins. */
  #next: Promise<void> | undefined;
  #last: Promise<void> = Promise.resolve();

  private constructor(file: string, handle: FileHandle) {
    this.#file = file;
    this.#handle = handle;
  }

  static async create(home: string, instance: string): Promise<StatementJournal> {
    const folder = folderOf(home);
    const file = path.join(folder, `${instance}.jsonl`);
    try {
      await mkdir(folder, { recursive: true });
      const journal = new StatementJournal(file, await open(file, "ax"));
      await journal.#write({ is: "process", ...ownIdentity() });
      return journal;
    } catch (error) {
      throw diskFailure(error, file) ?? error;
    }
  }

  async begun(token: string, name: string): Promise<void> {
    this.#open.add(token);
    await this.#write({ is: "begun", token, name, at: new Date().toISOString() });
  }

  submitted(token: string, id: string): Promise<void> {
    this.#isSyncWanted = true;
    return this.#write({ is: "submitted", token, id });
  }

  /** Also of a statement that was certainly never submitted. */
  ended(token: string): void {
    this.#open.delete(token);
    // Lost with the machine, it would be found ended by whoever looks.
    this.#write({ is: "ended", token }).catch(() => undefined);
  }

  async close(): Promise<void> {
    await this.#next?.catch(() => undefined);
    await this.#last;
    await this.#handle.close();
    if (this.#open.size === 0) await rm(this.#file, { force: true });
  }

  #write(line: Line): Promise<void> {
    this.#waiting.push(`${JSON.stringify(line)}\n`);
    this.#next ??= this.#last.then(() => this.#flush());
    return this.#next;
  }

  async #flush(): Promise<void> {
    const text = this.#waiting.join("");
    const isSynced = this.#isSyncWanted;
    this.#waiting = [];
    this.#isSyncWanted = false;
    this.#last = this.#next?.catch(() => undefined) ?? this.#last;
    this.#next = undefined;
    try {
      await this.#handle.appendFile(text);
      if (isSynced) await this.#handle.datasync();
    } catch (error) {
      throw diskFailure(error, this.#file) ?? error;
    }
  }
}

/** The journals of processes of this machine that are gone. */
export async function leftJournals(home: string): Promise<readonly LeftJournal[]> {
  const folder = folderOf(home);
  const names = await readdir(folder).catch(() => []);
  const left: LeftJournal[] = [];
  for (const name of names.filter((each) => each.endsWith(".jsonl")).sort()) {
    const file = path.join(folder, name);
    const lines = await readLines(file);
    const owner = lines.find((line) => line.is === "process");
    if (owner === undefined ? await isOld(file) : isGone(owner)) {
      left.push({ file, statements: openStatements(lines) });
    }
  }
  return left;
}

export async function removeJournal({ file }: LeftJournal): Promise<void> {
  await rm(file, { force: true });
}

/** A journal is made before anything is written in it, and nothing is submitted before that. */
async function isOld(file: string): Promise<boolean> {
  try {
    return Date.now() - (await stat(file)).mtimeMs > 60_000;
  } catch {
    return false;
  }
}

/** A line that was cut off by its process's end counts as never written. */
async function readLines(file: string): Promise<readonly Line[]> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return "";
    throw diskFailure(error, file) ?? error;
  });
  return text.split("\n").flatMap((line) => {
    try {
      return [JSON.parse(line) as Line];
    } catch {
      return [];
    }
  });
}

function openStatements(lines: readonly Line[]): readonly LeftStatement[] {
  const open = new Map<string, LeftStatement>();
  for (const line of lines) {
    switch (line.is) {
      case "process":
        break;
      case "begun":
        open.set(line.token, { name: line.name, at: line.at });
        break;
      case "submitted": {
        const begun = open.get(line.token);
        if (begun !== undefined) open.set(line.token, { ...begun, id: line.id });
        break;
      }
      case "ended":
        open.delete(line.token);
        break;
      default:
        line satisfies never;
    }
  }
  return [...open.values()];
}
