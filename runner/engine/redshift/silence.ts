import { messageOf } from "../../core/caught.ts";
import { refusalOf } from "./service-failure.ts";

/** For so long nothing is said of a service that does not answer, in milliseconds. */
const unmentioned = 3_000;

/** Listens whether a service answers, and tells the user when it stops and when it goes on. */
export class Silence {
  readonly #name: string;
  readonly #tell: (message: string) => void;
  #isUnbroken = true;
  #since: number | undefined;
  #isTold = false;

  constructor(name: string, tell: (message: string) => void) {
    this.#name = name;
    this.#tell = tell;
  }

  /** Whether the service has never answered anything. */
  get isUnbroken(): boolean {
    return this.#isUnbroken;
  }

  /** Performs one request; a refusal is an answer, too. */
  async hear<Answer>(perform: () => Promise<Answer>): Promise<Answer> {
    try {
      const answer = await perform();
      this.#end();
      return answer;
    } catch (error) {
      if (refusalOf(error) === "unanswered") this.#goOn(error);
      else this.#end();
      throw error;
    }
  }

  #goOn(error: unknown): void {
    this.#since ??= performance.now();
    if (this.#isTold || performance.now() - this.#since < unmentioned) return;
    this.#isTold = true;
    this.#tell(`${this.#name} does not answer (${messageOf(error)}). Asking again.`);
  }

  #end(): void {
    this.#isUnbroken = false;
    this.#since = undefined;
    if (this.#isTold) this.#tell(`${this.#name} answers again.`);
    this.#isTold = false;
  }
}
