import { Failure } from "../../core/diagnostic.ts";
import type { S3Bucket } from "./s3-bucket.ts";
import { isConditionFailed } from "./s3-failure.ts";
import { asked, reading } from "./s3-requests.ts";

/** How often a pointer's put is tried again where two requests met. */
const mostTries = 5;

/** The pointers of a lake on S3: of two who replace the same version of one, one wins. */
export class S3Pointers {
  readonly #bucket: S3Bucket;
  /** The version of each pointer that was read: what is replaced must still be that; null where there was none. */
  readonly #seen = new Map<string, string | null>();

  constructor(bucket: S3Bucket) {
    this.#bucket = bucket;
  }

  async read(key: string): Promise<string | undefined> {
    const found = await this.#pointer(key);
    this.#seen.set(key, found?.etag ?? null);
    return found?.text;
  }

  #pointer(key: string) {
    return reading(this.#address(key), () => this.#bucket.getText(key));
  }

  /**
   * Replaces the version that was read before, or else the one that stands there now. Of two writers that read the
   * same version one wins. An answer that was lost is told from a lost race by reading again.
   */
  write(key: string, text: string): Promise<void> {
    return asked(this.#address(key), async () => {
      for (let tries = 1; ; tries += 1) {
        const now = await this.#pointer(key);
        if (now?.text === text) {
          this.#seen.set(key, now.etag);
          return;
        }
        const seen = this.#seen.get(key);
        if (seen !== undefined && seen !== (now?.etag ?? null)) throw this.#moved(key);
        const condition = now === undefined ? "absent" : { etag: now.etag };
        try {
          this.#seen.set(key, await this.#bucket.putText(key, text, condition));
          return;
        } catch (error) {
          const after = await this.#pointer(key);
          if (after?.text === text) continue;
          if (!isConditionFailed(error)) throw error;
          // The server may refuse two requests that meet (409), and neither has taken effect.
          if (after?.etag !== now?.etag || tries === mostTries) throw this.#moved(key);
        }
      }
    });
  }

  async remove(key: string): Promise<void> {
    await asked(this.#address(key), () => this.#bucket.keys.remove([key]));
    this.#seen.delete(key);
  }

  #moved(key: string): Failure {
    this.#seen.delete(key);
    const moved = {
      code: "LAKE_POINTER_MOVED",
      message: `Somebody else has replaced ${this.#address(key)} meanwhile.`,
      cause:
        "Two runs publish to the same lake, and this one came second: its pointer was not written.",
      hint: "Let one warehouse publish to a lake; then run it again.",
    } as const;
    return new Failure([moved], 1);
  }

  #address(key: string): string {
    return this.#bucket.address + key;
  }
}
