import type { Publication, RelationVersion } from "../core/ledger.ts";
import type { Engine, Row } from "../core/ports.ts";
import { quoteText } from "../core/sql-text.ts";
import { versionTextBytes } from "./ledger-schema.ts";
import { insertInto, ledgerTable } from "./ledger-text.ts";

const textNames = ["definition", "columns", "intervals", "manifest", "undo"] as const;
export type TextName = (typeof textNames)[number];

/** What of a version has no bound: a query, and the rest as JSON. */
export type VersionTexts = Partial<Record<TextName, string>>;

/** What tells a version from all others. */
export function keyOf(row: Row): string {
  return [row.environment, row.relation, row.publication_id].map(String).join("/");
}

const key = "environment || '/' || relation || '/' || publication_id";
const keysWhere = (condition: string) =>
  `${key} in (select ${key} from ${ledgerTable("relation_version")} where ${condition})`;

/** The texts of versions that fulfil a condition, by the versions' keys. */
export async function readTexts(
  engine: Engine,
  condition: string,
): Promise<ReadonlyMap<string, VersionTexts>> {
  const { rows } = await engine.query(
    `select environment, relation, publication_id, name, content from ${ledgerTable("version_text")} where ${keysWhere(condition)} order by environment, relation, publication_id, name, part`,
  );
  const texts = new Map<string, VersionTexts>();
  for (const row of rows) {
    const version = texts.get(keyOf(row)) ?? {};
    const name = textNames.find((each) => each === row.name);
    if (name !== undefined) version[name] = (version[name] ?? "") + String(row.content);
    texts.set(keyOf(row), version);
  }
  return texts;
}

export function textStatements(
  versions: readonly RelationVersion[],
  { runId, environment }: Pick<Publication, "runId" | "environment">,
): readonly string[] {
  const rows = versions.flatMap((version) =>
    Object.entries(textsOf(version)).flatMap(([name, text]) =>
      inParts(text).map((part, index) => [
        quoteText(environment),
        quoteText(version.published.relation),
        quoteText(runId),
        quoteText(name),
        String(index),
        quoteText(part),
      ]),
    ),
  );
  const columns = ["environment", "relation", "publication_id", "name", "part", "content"];
  return insertInto("version_text", columns, rows);
}

function textsOf({ published, manifest, undo }: RelationVersion): VersionTexts {
  const { definition, columns, intervals } = published;
  return {
    definition,
    columns: JSON.stringify(columns),
    ...(intervals === undefined ? {} : { intervals: JSON.stringify(intervals) }),
    ...(manifest === undefined ? {} : { manifest: JSON.stringify(manifest) }),
    ...(undo === undefined ? {} : { undo: JSON.stringify(undo) }),
  };
}

/** Cut between characters; a part that ends or begins in blanks keeps them. */
function inParts(text: string): readonly string[] {
  const parts: string[] = [];
  let part = "";
  let bytes = 0;
  for (const character of text) {
    const length = Buffer.byteLength(character);
    if (bytes + length > versionTextBytes) {
      parts.push(part);
      part = "";
      bytes = 0;
    }
    part += character;
    bytes += length;
  }
  return [...parts, part];
}

/** Removes the texts of versions that fulfil a condition. */
export function deleteTexts(condition: string): string {
  return `delete from ${ledgerTable("version_text")}\nwhere ${keysWhere(condition)}`;
}
