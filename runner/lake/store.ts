/** Size and SHA-256 (hexadecimal) of a content. */
export interface Measured {
  readonly bytes: number;
  readonly sha256: string;
}

/** A file of the lake, pointers included. */
export interface StoredFile {
  readonly key: string;
  readonly bytes: number;
  readonly modifiedAt: Date;
}

/** A part's content in a file of this machine, until it is released. */
export interface Fetched extends Measured {
  readonly path: string;
  release(): Promise<void>;
}

/** What work that was never finished has left, in the lake or on this machine. */
export interface Leftover {
  readonly kind: "staged" | "upload" | "copy";
  /** The part that it was to become, or is a copy of. */
  readonly key: string;
  readonly bytes: number;
  readonly modifiedAt: Date;
  remove(): Promise<void>;
}

export interface PartsToRemove {
  /** Whether parts of the folder with this key are meant. */
  readonly isIn: (folderKey: string) => boolean;
  /** Keys of parts that stay. */
  readonly keep: ReadonlySet<string>;
}

/** What a lake's files and pointers stand in. Keys are relative to the lake's root, with forward slashes. */
export interface Store {
  /** An absolute path or an s3:// address. */
  address(key: string): string;
  /** A free place on this machine to write a part to. */
  stage(key: string): Promise<string>;
  /** Where a part that was staged and not put stands; undefined when there is none. */
  staged(key: string): Promise<string | undefined>;
  /** Removes what was staged under a key. */
  unstage(key: string): Promise<void>;
  /** Makes a staged part durable under its key, where it replaces what stands there. */
  put(key: string, staged: string, content: Measured): Promise<void>;
  /** Reads wholly what stands under a key, which is durable afterwards; a missing one is a failure. */
  measure(key: string): Promise<Measured>;
  has(key: string): Promise<boolean>;
  /** A path of this machine with the content that a manifest says stands under a key. */
  local(key: string, content: Measured): Promise<string>;
  /** What stands under a key now, read anew and measured; undefined when it is missing. */
  fetch(key: string): Promise<Fetched | undefined>;
  /** The text of a pointer; undefined when there is none. */
  readPointer(key: string): Promise<string | undefined>;
  /** Replaces a pointer atomically and durably. */
  writePointer(key: string, text: string): Promise<void>;
  /**
   * Does `work` on a pointer that others may replace, too: of two who read the same version of it, one wins, and the
   * other fails. Without this, one process at a time may write pointers.
   */
  exclusively<Result>(key: string, work: () => Promise<Result>): Promise<Result>;
  /** Removes a pointer; a missing one is no error. */
  removePointer(key: string): Promise<void>;
  /** Names of the folders in a folder, sorted; none when it is missing. */
  folders(key: string): Promise<readonly string[]>;
  /** Keys of the pointers below the folder `key`, at any depth. */
  pointers(key: string): Promise<readonly string[]>;
  /** Keys of the folders below a relation's, at most two deep, that hold parts, staged ones included. */
  partFolders(relationKey: string): Promise<readonly string[]>;
  /** Removes what is in a relation's folders of parts, staged ones included. */
  removeParts(
    relationKey: string,
    which: PartsToRemove,
  ): Promise<{ readonly files: number; readonly bytes: number }>;
  /** Everything that stands under a key. */
  files(): Promise<readonly StoredFile[]>;
  /** Removes a part; a missing one is no error. */
  removePart(key: string): Promise<void>;
  /** Parts that were staged and not put, uploads that were not completed, and copies of parts. */
  leftovers(): Promise<readonly Leftover[]>;
  /** Makes sure that parts and pointers can be written; says what is worth knowing of the place. */
  examine(): Promise<string>;
}
