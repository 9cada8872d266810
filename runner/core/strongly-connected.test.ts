import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { stronglyConnected } from "./strongly-connected.ts";

const node = fc.nat({ max: 7 }).map((index) => `n${index}`);
const graphs = fc.array(fc.tuple(node, node), { maxLength: 20 }).map((pairs) => {
  const edges = new Map<string, string[]>();
  for (const [from, to] of pairs) {
    edges.set(from, [...(edges.get(from) ?? []), to]);
    edges.set(to, edges.get(to) ?? []);
  }
  return edges;
});

/** Whether a path of at least one edge leads from one node to another. */
function reaches(edges: ReadonlyMap<string, readonly string[]>, from: string, to: string): boolean {
  const seen = new Set<string>();
  const waiting = [...(edges.get(from) ?? [])];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    waiting.push(...(edges.get(next) ?? []));
  }
  return seen.has(to);
}

test("nodes are in one group exactly when each reaches the other", () => {
  fc.assert(
    fc.property(graphs, (edges) => {
      const groups = stronglyConnected(edges);
      const groupOf = (id: string) => groups.findIndex((group) => group.includes(id));
      for (const a of edges.keys()) {
        expect(groupOf(a) >= 0).toBe(reaches(edges, a, a));
        for (const b of edges.keys()) {
          if (a === b) continue;
          const together = reaches(edges, a, b) && reaches(edges, b, a);
          expect(groupOf(a) >= 0 && groupOf(a) === groupOf(b)).toBe(together);
        }
      }
    }),
  );
});

test("a long chain does not exhaust the stack", () => {
  const edges = new Map(Array.from({ length: 50_000 }, (_, at) => [`n${at}`, [`n${at + 1}`]]));
  expect(stronglyConnected(edges)).toEqual([]);
});
