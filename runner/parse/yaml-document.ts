import { createRequire } from "node:module";
import type * as Yaml from "yaml";
import { messageOf } from "../core/caught.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import { readSimpleYaml } from "./simple-yaml.ts";
import type { SimpleYaml } from "./simple-yaml.ts";
import type { YamlPath } from "./yaml-path.ts";

/** A YAML file's content, unchecked, and where in the text it stands. */
export interface YamlContent {
  readonly data: unknown;
  /** The offset of the value at `path`, or of the nearest thing around it. */
  offsetOf(path: YamlPath): number;
  /** The offset of the name `key` in the mapping at `path`. */
  keyOffset(path: YamlPath, key: string): number;
}

export interface YamlProblem {
  readonly code: Extract<Diagnostic["code"], "YAML_SYNTAX" | "YAML_SCHEMA">;
  readonly offset: number;
  readonly message: string;
  readonly hint?: string;
}

export type YamlResult =
  | { readonly content: YamlContent; readonly problems?: undefined }
  | { readonly content?: undefined; readonly problems: readonly YamlProblem[] };

/** Reads a text that holds one mapping of settings, or nothing, which is none of them. */
export function readYamlText(text: string): YamlResult {
  const simple = readSimpleYaml(text);
  return simple === undefined ? readAnyYaml(text) : { content: simpleContent(simple) };
}

function simpleContent(root: SimpleYaml): YamlContent {
  const find = (path: YamlPath): SimpleYaml => {
    let node = root;
    for (const part of path) {
      const next = typeof part === "number" ? node.items?.[part] : node.entries?.get(part)?.node;
      if (next === undefined) break;
      node = next;
    }
    return node;
  };
  return {
    data: root.value,
    offsetOf: (path) => find(path).offset,
    keyOffset: (path, key) => {
      const node = find(path);
      return node.entries?.get(key)?.keyOffset ?? node.offset;
    },
  };
}

const require = createRequire(import.meta.url);

/** Loaded when a file needs it: most do not, and it takes longer to load than they to read. */
export function loadYaml(): typeof Yaml {
  return require("yaml") as typeof Yaml;
}

function readAnyYaml(text: string): YamlResult {
  const yaml = loadYaml();
  const document = yaml.parseDocument(text, { prettyErrors: false });
  const problems = syntaxProblems(yaml, document);
  if (problems.length > 0) return { problems };
  const { contents } = document;
  const isEmpty = contents === null || (yaml.isScalar(contents) && contents.value === null);
  if (!isEmpty && !yaml.isMap(contents)) {
    const message = "The file must be a mapping of settings.";
    const hint = "Write one setting a line, as name: value.";
    return { problems: [{ code: "YAML_SCHEMA", offset: contents.range[0], message, hint }] };
  }
  const offsetOf = (path: YamlPath): number => {
    for (let length = path.length; length >= 0; length -= 1) {
      const node: unknown = document.getIn(path.slice(0, length), true);
      if (yaml.isNode(node) && node.range) return node.range[0];
    }
    return 0;
  };
  const keyOffset = (path: YamlPath, key: string): number => {
    const map: unknown = path.length === 0 ? contents : document.getIn(path, true);
    if (yaml.isMap(map)) {
      const pair = map.items.find((item) => yaml.isScalar(item.key) && item.key.value === key);
      if (yaml.isScalar(pair?.key) && pair.key.range) return pair.key.range[0];
    }
    return offsetOf(path);
  };
  try {
    const data = isEmpty ? {} : (document.toJS() as unknown);
    return { content: { data, offsetOf, keyOffset } };
  } catch (error) {
    const message = `The file cannot be read: ${messageOf(error)}.`;
    return { problems: [{ code: "YAML_SCHEMA", offset: contents?.range[0] ?? 0, message }] };
  }
}

const syntaxMessages: Readonly<
  Record<string, { readonly message: string; readonly hint: string }>
> = {
  TAB_AS_INDENT: {
    message: "A tab cannot indent YAML.",
    hint: "Indent with two spaces.",
  },
  DUPLICATE_KEY: { message: "This setting stands here twice.", hint: "Keep one of the two." },
  MULTIPLE_DOCS: { message: "A file holds one YAML document.", hint: "Take out the line ---." },
};

/** What YAML itself has against a text, together with what it allows and no project file needs. */
function syntaxProblems(yaml: typeof Yaml, document: Yaml.Document.Parsed): readonly YamlProblem[] {
  const problems: YamlProblem[] = [...document.errors, ...document.warnings].map((error) => ({
    code: "YAML_SYNTAX",
    offset: error.pos[0],
    message: `${error.message.replace(/\.$/, "")}.`,
    ...syntaxMessages[error.code],
  }));
  if (problems.length > 0) return problems;
  yaml.visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document) !== undefined) return;
      const message = `The anchor &${alias.source} is not set before this alias.`;
      problems.push({ code: "YAML_SYNTAX", offset: alias.range?.[0] ?? 0, message });
    },
    Pair: (_, { key }) => {
      if (yaml.isScalar(key) || !yaml.isNode(key)) return;
      const message = "A setting's name must be a text.";
      problems.push({ code: "YAML_SYNTAX", offset: key.range?.[0] ?? 0, message });
    },
  });
  return problems;
}
