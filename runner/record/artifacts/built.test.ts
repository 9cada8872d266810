import { describe, expect, test } from "@jest/globals";
import { mergeBuilt } from "./built.ts";
import type { Manifest, ManifestNode, RunResults } from "./schemas.ts";

const node = (
  version: string,
  parents: readonly string[] = [],
  rest: Partial<ManifestNode> = {},
): ManifestNode => ({
  kind: "model",
  name: version,
  path: "models/a.sql",
  description: "",
  tags: [],
  config: { materialization: { type: "table" } },
  depends_on: [...parents],
  fingerprint: { own: version.repeat(64), full: version.repeat(64) },
  ...rest,
});

function manifest(nodes: Readonly<Record<string, ManifestNode>>): Manifest {
  const ids = Object.keys(nodes);
  return {
    schema_version: 1,
    project: "shop",
    nodes,
    parent_map: Object.fromEntries(ids.map((id) => [id, nodes[id]!.depends_on])),
    child_map: Object.fromEntries(
      ids.map((id) => [id, ids.filter((other) => nodes[other]!.depends_on.includes(id))]),
    ),
  };
}

const run = (published: readonly string[], rest: Partial<RunResults> = {}): RunResults => ({
  schema_version: 1,
  run_id: "r",
  command: "build",
  args: {},
  target: "local",
  environment: "production",
  status: "succeeded",
  started_at: "2026-01-01T00:00:00.000Z",
  results: [],
  published: published.map((relation) => ({ relation })),
  withheld: [],
  sources: {},
  ...rest,
});

const versions = (nodes: Manifest["nodes"]) =>
  Object.fromEntries(
    Object.entries(nodes).map(([id, { fingerprint }]) => [id, fingerprint.own[0]]),
  );

describe("what is built", () => {
  const source = { kind: "source", config: {} };
  const old = manifest({
    "raw.s": node("1", [], source),
    "gold.a": node("1", ["raw.s"]),
    "gold.b": node("1", ["raw.s"]),
    "gold.gone": node("1"),
  });
  const now = manifest({
    "raw.s": node("2", [], source),
    "gold.a": node("2", ["raw.s"]),
    "gold.b": node("2", ["raw.s"]),
    "gold.new": node("2"),
  });

  test("a build of a part leaves the other changes to be seen, and forgets what is gone", () => {
    const merged = mergeBuilt({ manifest: old }, now, run(["gold.a"]));
    expect(versions(merged.manifest.nodes)).toEqual({ "raw.s": "1", "gold.a": "2", "gold.b": "1" });
    const rest = mergeBuilt(merged, now, run(["raw.s", "gold.b", "gold.new"]));
    expect(versions(rest.manifest.nodes)).toEqual({
      "raw.s": "2",
      "gold.a": "2",
      "gold.b": "2",
      "gold.new": "2",
    });
  });

  test("a source counts as read when all models that read it were built", () => {
    const sources = { "raw.s": { watermark: "2026-02-02" } };
    const before = {
      manifest: old,
      sources: { schema_version: 1 as const, sources: { "raw.s": { watermark: "2026-01-01" } } },
    };
    const after = (...published: string[]) =>
      mergeBuilt(before, now, run(published, { sources })).sources.sources["raw.s"]?.watermark;
    expect(after("raw.s")).toBe("2026-01-01");
    expect(after("raw.s", "gold.a")).toBe("2026-01-01");
    expect(after("gold.a", "gold.b")).toBe("2026-02-02");
  });

  test("a data test is built when it ran and found nothing that fails", () => {
    const tests = manifest({
      "test.a": node("2", [], { kind: "test" }),
      "test.b": node("2", [], { kind: "test" }),
    });
    const results = [
      { id: "test.a", kind: "test", status: "warn" as const, milliseconds: 1 },
      { id: "test.b", kind: "test", status: "fail" as const, milliseconds: 1 },
    ];
    expect(Object.keys(mergeBuilt({}, tests, run([], { results })).manifest.nodes)).toEqual([
      "test.a",
    ]);
  });

  test("an ephemeral model is built with all that read it, through others like it too", () => {
    const ephemeral = { config: { materialization: { type: "ephemeral" } } };
    const inlined = manifest({
      "work.inner": node("1", [], ephemeral),
      "work.outer": node("1", ["work.inner"], ephemeral),
      "gold.a": node("1", ["work.outer"]),
      "gold.b": node("1", ["work.outer"]),
    });
    const built = (...published: string[]) =>
      Object.keys(mergeBuilt({}, inlined, run(published)).manifest.nodes);
    expect(built("gold.a")).toEqual(["gold.a"]);
    expect(built("gold.a", "gold.b")).toEqual(["gold.a", "gold.b", "work.inner", "work.outer"]);
  });
});
