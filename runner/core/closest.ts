import { distance } from "fastest-levenshtein";

/** The candidate that a misspelt `name` most likely meant, or undefined when none is near. */
export function closest(name: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Infinity;
  for (const candidate of candidates) {
    const candidateDistance = distance(name.toLowerCase(), candidate.toLowerCase());
    if (candidateDistance < bestDistance) {
      best = candidate;
      bestDistance = candidateDistance;
    }
  }
  const tolerance = Math.max(2, Math.floor(name.length / 3));
  return bestDistance <= tolerance ? best : undefined;
}

/** A hint of the form `Did you mean "x"?`, or `otherwise` when nothing is near. */
export function didYouMean(
  name: string,
  candidates: Iterable<string>,
  otherwise?: string,
): string | undefined {
  const candidate = closest(name, candidates);
  return candidate === undefined ? otherwise : `Did you mean "${candidate}"?`;
}
