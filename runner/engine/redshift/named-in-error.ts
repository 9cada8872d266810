/** A name as a statement writes it: its parts in lower case, and what stands around it. */
interface WrittenName {
  readonly parts: readonly string[];
  readonly offset: number;
  readonly isBehindAs: boolean;
  readonly isCalled: boolean;
}

type Means = (written: WrittenName, parts: readonly string[]) => boolean;

const isSame: Means = (written, parts) => written.parts.join(".") === parts.join(".");

/** What stands behind AS is a new name or a type. */
const isReadColumn: Means = (written, parts) =>
  isSame(written, parts) && !written.isBehindAs && !written.isCalled;

const endsIn: Means = ({ parts, isBehindAs, isCalled }, column) =>
  parts.at(-1) === column.at(-1) && !isBehindAs && !isCalled;

const errors: readonly (readonly [RegExp, Means])[] = [
  [/^column "([^"]+)" (?:of relation .* )?does not exist/, isReadColumn],
  [/^column (\w+\.\w+) does not exist/, isReadColumn],
  [/^column reference "([^"]+)" is ambiguous/, isReadColumn],
  [/^column "([^"]+)" must appear in the GROUP BY clause/, endsIn],
  [/^(?:relation|table) "([^"]+)" does not exist/, isSame],
  [/^type "([^"]+)" does not exist/, isSame],
  [/^schema "([^"]+)" does not exist/, ({ parts }, [schema]) => parts[0] === schema],
  [
    /^function ([\w.]+)\(.*\) does not exist/,
    (written, parts) => written.isCalled && isSame(written, parts),
  ],
];

/**
 * Where in a statement the name stands that an error speaks of: of most errors Redshift tells no position. Undefined
 * unless it stands there exactly once, so that no other place can be meant.
 */
export function offsetOfNamed(message: string, statement: string): number | undefined {
  for (const [pattern, means] of errors) {
    const name = pattern.exec(message)?.[1];
    if (name === undefined) continue;
    const parts = name.toLowerCase().split(".");
    const [only, ...others] = namesIn(statement).filter((written) => means(written, parts));
    return others.length === 0 ? only?.offset : undefined;
  }
  return undefined;
}

const name = String.raw`(?:"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)`;
const tokens = new RegExp(
  String.raw`--[^\n]*|/\*[^]*?\*/|'(?:[^'\\]|''|\\[^])*'|(?<name>${name}(?:\s*\.\s*${name})*)(?<call>\s*\()?|\S`,
  "giu",
);
const eachName = new RegExp(name, "giu");

function namesIn(statement: string): readonly WrittenName[] {
  const names: WrittenName[] = [];
  let before = "";
  for (const { 0: text, index, groups } of statement.matchAll(tokens)) {
    if (/^(?:--|\/\*)/.test(text)) continue;
    if (groups?.name !== undefined) {
      names.push({
        parts: (groups.name.match(eachName) ?? []).map(folded),
        offset: index,
        isBehindAs: before === "as",
        isCalled: groups.call !== undefined,
      });
    }
    before = text.toLowerCase();
  }
  return names;
}

/** Redshift makes quoted names lower case too. */
function folded(part: string): string {
  return part
    .replace(/^"([^]*)"$/, "$1")
    .replaceAll('""', '"')
    .toLowerCase();
}
