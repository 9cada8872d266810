import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { isMap, isNode, isScalar, parseDocument } from "yaml";
import type { Document } from "yaml";
import type { SimpleYaml } from "./simple-yaml.ts";
import { readSimpleYaml } from "./simple-yaml.ts";
import type { YamlPath } from "./yaml-path.ts";

interface Found {
  readonly path: YamlPath;
  readonly offset: number;
  readonly keyOffset?: number;
}

function placesOf(node: SimpleYaml, path: YamlPath = [], keyOffset?: number): readonly Found[] {
  return [
    { path, offset: node.offset, keyOffset },
    ...[...(node.entries ?? [])].flatMap(([key, entry]) =>
      placesOf(entry.node, [...path, key], entry.keyOffset),
    ),
    ...(node.items ?? []).flatMap((item, index) => placesOf(item, [...path, index])),
  ];
}

function keyOffsetOf(document: Document, path: YamlPath): number | undefined {
  const map = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isMap(map)) return undefined;
  const pair = map.items.find(({ key }) => isScalar(key) && key.value === path.at(-1));
  return isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
}

/** What `yaml` says about everything that was found, with its own complaints. */
function expectToBeWhatYamlReads(text: string, read: SimpleYaml): void {
  const document = parseDocument(text, { prettyErrors: false });
  const found = placesOf(read);
  const asYaml = found.map(({ path, keyOffset }): Found => {
    const node: unknown = document.getIn(path, true);
    const offset = isNode(node) ? (node.range?.[0] ?? -1) : -1;
    return keyOffset === undefined
      ? { path, offset, keyOffset: undefined }
      : { path, offset, keyOffset: keyOffsetOf(document, path) };
  });
  expect({
    text,
    problems: [],
    value: read.value,
    found,
  }).toStrictEqual({
    text,
    problems: [...document.errors, ...document.warnings],
    value: document.toJS() as unknown,
    found: asYaml,
  });
}

const word = fc.stringMatching(/^[a-z_][a-z0-9_]{0,6}$/);
const words = fc
  .array(
    fc.oneof(
      word,
      fc.constantFrom(
        "Who's",
        "é",
        "18",
        "1,5",
        "a#b",
        "x:y",
        "50%",
        "(a)",
        "=",
        "-",
        "[b]",
        "{c}",
      ),
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((parts) => `T ${parts.join(" ")}`);
const blockText = fc.oneof(
  words,
  word,
  fc.constantFrom(
    "1",
    "0",
    "12.50",
    "true",
    "false",
    "numeric(18,2)",
    "1 hour",
    "007",
    "1e3",
    "~",
    ".a/b",
    ".inf",
    ".Nan",
  ),
  words.filter((text) => !/["'\\]/.test(text)).map((text) => `"${text}: #"`),
  words.map((text) => `'${text.replaceAll("'", "")} # :'`),
);
const flowText = fc.oneof(word, fc.constantFrom("1", "2.5", "true", "a b", '"x, y"', "'z}'", "''"));
const flow = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: "small" }, flowText, tie("list"), tie("map")),
  list: fc.array(tie("value"), { maxLength: 3 }).map((items) => `[${items.join(", ")}]`),
  map: fc
    .uniqueArray(fc.tuple(word, tie("value")), { maxLength: 3, selector: ([key]) => key })
    .map((pairs) => `{ ${pairs.map(([key, value]) => `${key}: ${String(value)}`).join(", ")} }`),
}));

type Lines = readonly string[];
const indented = (lines: Lines, by = 2): Lines => lines.map((line) => " ".repeat(by) + line);
const ending = fc.constantFrom("", "", "", " # why", "  ");
const between = fc.constantFrom<Lines>([], [], [], [""], ["# alone"], ["  # deeper"]);

/** Texts in the styles in which people write project files. */
const block = fc.letrec<{ map: Lines; list: Lines; entry: Lines; item: Lines }>((tie) => ({
  map: fc
    .uniqueArray(fc.tuple(word, tie("entry"), between), {
      minLength: 1,
      maxLength: 4,
      selector: ([key]) => key,
    })
    .map((entries) =>
      entries.flatMap(([key, [first = "", ...rest], before]) => [
        ...before,
        `${key}:${first}`,
        ...rest,
      ]),
    ),
  /** What follows a name's colon, and the lines below it. */
  entry: fc.oneof(
    { depthSize: "small" },
    fc.tuple(blockText, ending).map(([text, end]) => [` ${text}${end}`]),
    fc.tuple(flow.value, ending).map(([text, end]) => [` ${String(text)}${end}`]),
    fc
      .tuple(fc.constantFrom("|", ">", "|-", ">-"), fc.array(words, { minLength: 1, maxLength: 3 }))
      .map(([header, lines]) => [` ${header}`, ...indented(lines)]),
    fc.tuple(ending, tie("map")).map(([end, lines]) => [end, ...indented(lines)]),
    fc
      .tuple(ending, tie("list"), fc.constantFrom(0, 2, 4))
      .map(([end, lines, by]) => [end, ...indented(lines, by)]),
  ),
  list: fc
    .array(fc.tuple(tie("item"), between), { minLength: 1, maxLength: 3 })
    .map((items) =>
      items.flatMap(([[first = "", ...rest], before]) => [
        ...before,
        `- ${first}`,
        ...indented(rest),
      ]),
    ),
  item: fc.oneof(
    { depthSize: "small" },
    blockText.map((text) => [text]),
    flow.value.map((text) => [String(text)]),
    tie("map").filter(([first = ""]) => /^[a-z_]/.test(first)),
  ),
}));
const file = fc
  .tuple(block.map, fc.constantFrom("\n", "", "\n\n"))
  .map(([lines, end]) => lines.join("\n") + end);

const touched = fc
  .tuple(
    file,
    fc.array(
      fc.tuple(
        fc.nat(400),
        fc.nat(2),
        fc.oneof(
          fc.constantFrom(...Array.from("\n :-#[]{},'\"|>&*!%@`?~\t\\.0a+")),
          fc.constantFrom("  ", "\n\n", "\n  ", ": ", " #", "- ", "---\n", "null", "<<", "\r\n"),
        ),
      ),
      { minLength: 1, maxLength: 4 },
    ),
  )
  .map(([text, edits]) =>
    edits.reduce((edited, [position, removed, inserted]) => {
      const at = position % (edited.length + 1);
      return edited.slice(0, at) + inserted + edited.slice(at + removed);
    }, text),
  );

const numRuns = Number(process.env.YAML_RUNS ?? 500);

describe("a project file that is read the fast way", () => {
  test("holds the same values at the same places as when yaml reads it", () => {
    let read = 0;
    fc.assert(
      fc.property(file, (text) => {
        const simple = readSimpleYaml(text);
        if (simple === undefined) return;
        read += 1;
        expectToBeWhatYamlReads(text, simple);
      }),
      { numRuns },
    );
    expect(read).toBeGreaterThan(numRuns / 2);
  });

  test("is never read otherwise than by yaml, whatever is broken in it", () => {
    let read = 0;
    fc.assert(
      fc.property(touched, (text) => {
        const simple = readSimpleYaml(text);
        if (simple === undefined) return;
        read += 1;
        expectToBeWhatYamlReads(text, simple);
      }),
      { numRuns: numRuns * 4 },
    );
    expect(read).toBeGreaterThan(numRuns / 4);
  });

  test.each([
    ["nothing", ""],
    ["a list", "- a\n"],
    ["an alias", "a: &x 1\nb: *x\n"],
    ["a name twice", "a: 1\na: 2\n"],
    ["a tab", "a:\n\t- b\n"],
    ["a second document", "a: 1\n---\nb: 2\n"],
    ["an empty value", "a:\nb: 1\n"],
    ["a text over two lines", "a: one\n  two\n"],
    ["an escape", 'a: "\\n"\n'],
  ])("is left to yaml when it holds %s", (_, text) => {
    expect(readSimpleYaml(text)).toBeUndefined();
  });
});
