import { hash } from "node:crypto";
import { isTest } from "../core/node.ts";
import type { NodeId, ProjectNode } from "../core/node.ts";
import type { EngineName } from "../core/ports.ts";
import type { Column } from "../core/node-base.ts";
import type { Template } from "../core/template.ts";
import type { Graph } from "../graph/graph.ts";
import { canonicalText, templatesIn } from "./canonical-text.ts";
import type { RendererParts } from "./renderer.ts";
import { transitiveUses } from "./transitive-uses.ts";

/** What of a node can be told apart when it changed: the first 16 digits of a sha-256 in hexadecimal each. */
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
 * tests, whether a model's column may be null (that is a test), what is done on a changed schema and on a full
 * refresh, the order of YAML keys, and how lines end. Comments count: a template may render into one, and an engine may read hints there.
 */
export interface Fingerprint {
  /** Changes with whatever of the node itself can change its result. */
  readonly own: string;
  /** Changes with that of the node or of anything upstream. */
  readonly full: string;
  /** Undefined for a test, which is one thing. */
  readonly parts?: FingerprintParts;
}

export interface FingerprintInputs extends Pick<RendererParts, "partials" | "vars" | "env"> {
  /** For each helper, a text that changes with its code and with that of all it imports. */
  readonly helperChecksums: ReadonlyMap<string, string>;
  /** Of the target: what another engine alone is told changes nothing. Undefined counts all of it. */
  readonly engine?: EngineName;
}

/** Counts up when the runner makes another result of the same project. */
const version = 1;

/** The fingerprint of every node; a graph's nodes come after their parents. */
export function fingerprints(
  graph: Graph,
  inputs: FingerprintInputs,
): ReadonlyMap<NodeId, Fingerprint> {
  const sha256 = rememberingSha256();
  const found = new Map<NodeId, Fingerprint>();
  const full = (own: string, id: NodeId) => {
    const parents = [...(graph.parents.get(id) ?? [])].sort();
    return sha256([own, parents.map((parent) => found.get(parent)?.full ?? parent)]);
  };
  for (const [id, node] of graph.nodes) {
    const whole = isTest(node) ? undefined : partsOf(node, inputs, sha256);
    const content = whole === undefined ? everything(node, inputs) : Object.values(whole);
    const own = sha256([version, node.kind, id, content]);
    const parts = whole && {
      body: whole.body.slice(0, 16),
      config: whole.config.slice(0, 16),
      contract: whole.contract.slice(0, 16),
      macros: whole.macros.slice(0, 16),
      vars: whole.vars.slice(0, 16),
    };
    found.set(id, { own, full: full(own, id), parts });
  }
  return found;
}

type Sha256 = (value: unknown) => string;

/** Many nodes have the same contract, the same macros, or none. */
function rememberingSha256(): Sha256 {
  const known = new Map<string, string>();
  return (value) => {
    const text = canonicalText(value);
    if (text.length > 400) return hash("sha256", text);
    let sum = known.get(text);
    if (sum === undefined) {
      sum = hash("sha256", text);
      known.set(text, sum);
    }
    return sum;
  };
}

function partsOf(node: ProjectNode, inputs: FingerprintInputs, sha256: Sha256): FingerprintParts {
  const { body, config, contract } = sections(node, inputs.engine);
  const { macros, vars } = surroundings(node, inputs);
  return {
    body: sha256(body),
    config: sha256(config),
    contract: sha256(contract),
    macros: sha256(macros),
    vars: sha256(vars),
  };
}

function everything(node: ProjectNode, inputs: FingerprintInputs): readonly unknown[] {
  const { body, config } = sections(node, inputs.engine);
  const { macros, vars } = surroundings(node, inputs);
  return [body, config, macros, vars];
}

const nothingAround = { macros: [], vars: [] };

/** What the templates of a node use beside their own text. */
function surroundings(
  node: ProjectNode,
  { partials, helperChecksums, vars, env }: FingerprintInputs,
): Readonly<Record<"macros" | "vars", unknown>> {
  const templates = templatesOf(node);
  if (templates.length === 0) return nothingAround;
  const uses = transitiveUses(templates, { partials, helpers: helperChecksums.keys() });
  return {
    macros: [
      uses.partials.map((name) => [name, partials.get(name)]),
      uses.helpers.map((name) => [name, helperChecksums.get(name)]),
    ],
    vars: [valuesOf(vars, uses.vars), valuesOf(env, uses.env)],
  };
}

/** Rows of a seed are many and hold no template. */
function templatesOf(node: ProjectNode): readonly Template[] {
  return node.kind === "seed" || node.kind === "source" ? [] : templatesIn(node);
}

/** A field that is not left out here is part of `config`, so that one that is added later is never overlooked. */
function sections(
  node: ProjectNode,
  engine: EngineName | undefined,
): Readonly<Record<"body" | "config" | "contract", unknown>> {
  switch (node.kind) {
    case "source": {
      const { columns, key, ...rest } = node;
      const contract = [columns.map((column) => without(column, toldOnly)), key];
      const config = without(rest, [...aboutNode, ...aboutFiles]);
      return { body: undefined, config, contract };
    }
    case "seed": {
      const { columns, key, rows, ...rest } = node;
      const config = without(rest, [...aboutNode, "file", "checksum"]);
      return { body: rows, config, contract: [contractOf(columns), key] };
    }
    case "model": {
      const { columns, key, template, materialization, ...rest } = node;
      const ofOthers = engine === "duckdb" ? ["redshift"] : [];
      const config = {
        ...without(rest, [...aboutNode, ...aboutFiles, ...ofOthers, "grain"]),
        materialization: without(materialization, ["onSchemaChange", "fullRefresh"]),
      };
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

const aboutNode = ["description", "tags", "owner", "place"];

/** What changes no row. */
const aboutFiles = ["controlTotals", "totalsOf", "partitionBy"];

/** What is said of a column and changes none of its values. */
const toldOnly = ["description", "classes", "declassify"];

function contractOf(columns: readonly Column[]): readonly object[] {
  return columns.map((column) => without(column, [...toldOnly, "nullable"]));
}

function without(record: object, names: readonly string[]): object {
  const rest: Record<string, unknown> = { ...record };
  for (const name of names) if (name in rest) rest[name] = undefined;
  return rest;
}

function valuesOf<Value>(
  values: Readonly<Record<string, Value>>,
  names: readonly string[] | undefined,
): readonly (readonly [string, Value | undefined])[] {
  const wanted = names ?? Object.keys(values).sort();
  return wanted.map((name) => [name, Object.hasOwn(values, name) ? values[name] : undefined]);
}
