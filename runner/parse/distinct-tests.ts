import type { Assertion, GenericTest, TestSettings } from "../core/data-test.ts";
import type { Place } from "../core/diagnostic.ts";
import type { RelationName } from "../core/relation.ts";
import { testName } from "./assertions.ts";

/** Tests of one relation, each under a name of its own; the same assertion about the same rows is one test. */
export class DistinctTests {
  readonly #relation: RelationName;
  readonly #tags: readonly string[];
  readonly #byMeaning = new Map<string, GenericTest>();
  readonly #names = new Set<string>();

  constructor(relation: RelationName, tags: readonly string[]) {
    this.#relation = relation;
    this.#tags = tags;
  }

  add(assertion: Assertion, settings: TestSettings, place: Place): void {
    const meaning = JSON.stringify([assertion, settings.where, settings.newRowsOnly]);
    const same = this.#byMeaning.get(meaning);
    if (same !== undefined) {
      this.#byMeaning.set(meaning, { ...same, ...stricterOf(same, settings) });
      return;
    }
    this.#byMeaning.set(meaning, {
      kind: "test",
      form: "generic",
      name: this.#freeName(testName(this.#relation, assertion)),
      description: "",
      tags: this.#tags,
      place,
      relation: this.#relation,
      assertion,
      ...settings,
    });
  }

  all(): readonly GenericTest[] {
    return [...this.#byMeaning.values()];
  }

  /** Tests that differ only in an operator or a condition have one name by their words; the later ones get a number. */
  #freeName(wanted: string): string {
    let name = wanted;
    for (let number = 2; this.#names.has(name); number += 1) name = `${wanted}.${number}`;
    this.#names.add(name);
    return name;
  }
}

/** A declared test is never weakened by another declaration of it: without thresholds, one row is enough. */
function stricterOf(one: TestSettings, other: TestSettings): TestSettings {
  const hasThreshold = ({ warnIf, errorIf }: TestSettings) =>
    warnIf !== undefined || errorIf !== undefined;
  const judged = [one, other].find((settings) => !hasThreshold(settings)) ?? one;
  return {
    severity: [one, other].some(({ severity }) => severity === "error") ? "error" : "warn",
    warnIf: judged.warnIf,
    errorIf: judged.errorIf,
    limit: one.limit ?? other.limit,
    storeFailures: one.storeFailures ?? other.storeFailures,
  };
}
