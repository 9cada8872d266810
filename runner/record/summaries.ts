import { counted } from "../core/counted.ts";
import type { StepOutcome, Withheld } from "../core/event.ts";

const mostNames = 8;

/** How many steps never began, and the failures at the root of it; undefined when there are none. */
export function skippedSummary(skipped: readonly StepOutcome[]): string | undefined {
  if (skipped.length === 0) return undefined;
  const tests = skipped.filter(({ kind }) => kind === "test").length;
  const unitTests = skipped.filter(({ kind }) => kind === "unit_test").length;
  const hooks = skipped.filter(({ kind }) => kind === "hook").length;
  const relations = skipped.length - tests - unitTests - hooks;
  const parts = [
    ...(relations > 0 ? [counted(relations, "relation")] : []),
    ...(unitTests > 0 ? [counted(unitTests, "unit test")] : []),
    ...(tests > 0 ? [counted(tests, "data test")] : []),
    ...(hooks > 0 ? [counted(hooks, "hook")] : []),
  ];
  const roots = new Set(skipped.flatMap(({ because = [] }) => because));
  const because = roots.size === 0 ? "" : `, because of ${joinSome([...roots])}`;
  return `${joinWords(parts)}${because}`;
}

function joinWords(parts: readonly string[]): string {
  const last = parts.at(-1) ?? "";
  return parts.length > 1 ? `${parts.slice(0, -1).join(", ")} and ${last}` : last;
}

/** One line for each reason, with the relations that would have been published; the others were told as failed or skipped. */
export function withheldLines(relations: readonly Withheld[]): readonly string[] {
  const byReason = new Map<string, string[]>();
  for (const { relation, because, isBuilt } of relations) {
    if (isBuilt) byReason.set(because, [...(byReason.get(because) ?? []), relation]);
  }
  return [...byReason].map(([because, names]) => {
    const number = names.length > 1 ? `${counted(names.length, "relation")}, ` : "";
    return `${number}${joinSome(names)}: ${because}`;
  });
}

/** The first names, and the number of the others. */
export function joinSome(names: readonly string[]): string {
  const others = names.length - mostNames;
  // The last name takes no more room than the words "and 1 more".
  if (others <= 1) return names.join(", ");
  return `${names.slice(0, mostNames).join(", ")} and ${others} more`;
}
