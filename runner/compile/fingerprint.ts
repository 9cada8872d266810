import { createHash } from "node:crypto";
import type { Column, NodeId, ProjectNode } from "../core/node.ts";
import type { Graph } from "../graph/graph.ts";
import { canonicalText, templatesIn } from "./canonical-text.ts";
import type { RendererParts } from "./renderer.ts";
import { transitiveUses } from "./transitive-uses.ts";

/** What of a node can be told apart when it changed. Each is a sha-256 in hexadecimal. */
export interface FingerprintParts {
  /** A model's or a test's SQL, a seed's rows. */
  readonly body: string;
  /** How it is made: materialization, hooks, extraction, a test's assertion and severity. */
  readonly config: string;
  /** Names, types and order of the columns, and the key. */
  readonly contract: string;
  /** Partials and helpers, with all that those use in turn. */
  readonly macros: string;
  /** The values of the variables and environment variables that it names. */
  readonly vars: string;
}

/**
 * What tells one version of a node from another by content, the same on every machine.
 *
 * Left out, because no row depends on it: descriptions, the grain, tags, owner, places and names of files, data
 * tests, whether a model's column may be null (that is a test), the order of YAML keys, and how lines end. Comments
 * count: a template may render into one, and an engine may read hints there.
 */
export interface Fingerprint {
  /** Changes with whatever of the node itself can change its result. */
  readonly own: string;
  /** Changes with that of the node or of anything upstream. */
  readonly full: string;
  readonly parts: FingerprintParts;
}

export interface FingerprintInputs extends Pick<RendererParts, "partials" | "vars" | "env"> {
  /** For each helper, a text that changes with its code and with that of all it imports. */
  readonly helperChecksums: ReadonlyMap<string, string>;
}

/** Counts up when the runner makes another result of the same project. */
const version = 1;

/** The fingerprint of every node; a graph's nodes come after their parents. */
export function fingerprints(
  graph: Graph,
  inputs: FingerprintInputs,
): ReadonlyMap<NodeId, Fingerprint> {
  const found = new Map<NodeId, Fingerprint>();
  for (const [id, node] of graph.nodes) {
    const parts = partsOf(node, inputs);
    const own = sha256([version, node.kind, id, parts]);
    const upstream = [...(graph.parents.get(id) ?? [])]
      .sort()
      .map((parent) => found.get(parent)?.full ?? parent);
    found.set(id, { own, full: sha256([own, upstream]), parts });
  }
  return found;
}

function partsOf(node: ProjectNode, inputs: FingerprintInputs): FingerprintParts {
  const { body, config, contract } = sections(node);
  const { partials, helperChecksums, vars, env } = inputs;
  const macros = { partials, helpers: helperChecksums.keys() };
  const uses = transitiveUses(templatesIn(node), macros);
  return {
    body: sha256(body),
    config: sha256(config),
    contract: sha256(contract),
    macros: sha256([
      uses.partials.map((name) => [name, partials.get(name)]),
      uses.helpers.map((name) => [name, helperChecksums.get(name)]),
    ]),
    vars: sha256([valuesOf(vars, uses.vars), valuesOf(env, uses.env)]),
  };
}

/** A field that is not left out here is part of `config`, so that one that is added later is never overlooked. */
function sections(node: ProjectNode): Readonly<Record<"body" | "config" | "contract", unknown>> {
  switch (node.kind) {
    case "source": {
      const { columns, key, ...rest } = node;
      const contract = [columns.map((column) => without(column, ["description"])), key];
      return { body: undefined, config: without(rest, aboutNode), contract };
    }
    case "seed": {
      const { columns, key, rows, ...rest } = node;
      const config = without(rest, [...aboutNode, "file", "checksum"]);
      return { body: rows, config, contract: [contractOf(columns), key] };
    }
    case "model": {
      const { columns, key, template, ...rest } = node;
      const config = without(rest, [...aboutNode, "grain"]);
      return { body: template, config, contract: [contractOf(columns), key] };
    }
    case "test": {
      if (node.form === "singular") {
        const { template, ...rest } = node;
        return { body: template, config: without(rest, aboutNode), contract: undefined };
      }
      const { assertion, where, ...rest } = node;
      return { body: [assertion, where], config: without(rest, aboutNode), contract: undefined };
    }
    case "unit_test": {
      const { subject, given, expected, ...rest } = node;
      const body = [subject, given, expected];
      return { body, config: without(rest, aboutNode), contract: undefined };
    }
    default:
      return node satisfies never;
  }
}

const aboutNode = ["description", "tags", "place"];

function contractOf(columns: readonly Column[]): readonly object[] {
  return columns.map((column) => without(column, ["description", "nullable"]));
}

function without(record: object, names: readonly string[]): object {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));
}

function valuesOf<Value>(
  values: Readonly<Record<string, Value>>,
  names: readonly string[] | undefined,
): readonly (readonly [string, Value | undefined])[] {
  const wanted = names ?? Object.keys(values).sort();
  return wanted.map((name) => [name, Object.hasOwn(values, name) ? values[name] : undefined]);
}

function sha256(value: unknown): string {
  return createHash("sha256")
    .update(canonicalText(value ?? null))
    .digest("hex");
}
