import { diskFailure } from "../../core/disk-failure.ts";
import { Failure } from "../../core/diagnostic.ts";
import type { Diagnostic } from "../../core/diagnostic.ts";

export interface Finding {
  readonly subject: string;
  readonly isSound: boolean;
  /** False for what was not looked at, since it needs something else that is not sound. */
  readonly isExamined?: false;
  readonly says: string;
  /** What an underlying system said. */
  readonly cause?: string;
  readonly hint?: string;
}

/** Collects what is found; what fails does not keep the rest from being looked at. */
export class Examination {
  readonly findings: Finding[] = [];

  get isSound(): boolean {
    return this.findings.every(({ isSound }) => isSound);
  }

  /** Looks, and tells whether it is sound. `after` names subjects without which there is nothing to look at. */
  async look(
    subject: string,
    look: () => Promise<string>,
    after: readonly string[] = [],
  ): Promise<boolean> {
    const missing = after.find((other) => !this.#isSound(other));
    const finding: Finding =
      missing === undefined
        ? await findingOf(subject, look)
        : { subject, isSound: false, isExamined: false, says: `not looked at: ${missing} first` };
    this.findings.push(finding);
    return finding.isSound;
  }

  #isSound(subject: string): boolean {
    return this.findings.some((finding) => finding.subject === subject && finding.isSound);
  }
}

async function findingOf(subject: string, look: () => Promise<string>): Promise<Finding> {
  try {
    return { subject, isSound: true, says: await look() };
  } catch (thrown) {
    const error = diskFailure(thrown, subject) ?? thrown;
    if (!(error instanceof Failure)) throw error;
    const [diagnostic] = error.diagnostics;
    return {
      subject,
      isSound: false,
      says: `${diagnostic?.code ?? ""}: ${diagnostic?.message ?? ""}`,
      ...(diagnostic?.cause === undefined ? {} : { cause: diagnostic.cause }),
      ...(diagnostic?.hint === undefined ? {} : { hint: diagnostic.hint }),
    };
  }
}

/** A failure of what `attempt` does, told with another way out; what the system said becomes the cause. */
export async function explained<Result>(
  attempt: () => Promise<Result>,
  explain: (diagnostic: Diagnostic) => Pick<Diagnostic, "message" | "hint">,
): Promise<Result> {
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const [diagnostic] = error.diagnostics;
    // What only says that the service is away, or does not let anybody in, has its own way out.
    if (diagnostic?.code !== "SQL_FAILED") throw error;
    const cause = [diagnostic.message, diagnostic.cause].filter(Boolean).join(" ");
    throw new Failure([{ ...diagnostic, cause, ...explain(diagnostic) }]);
  }
}
