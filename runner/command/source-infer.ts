import { existsSync } from "node:fs";
import path from "node:path";
import { counted } from "../core/counted.ts";
import { didYouMean } from "../core/closest.ts";
import { Failure } from "../core/diagnostic.ts";
import type { SourceTable } from "../core/source-table.ts";
import type { Extractor, LiveTable } from "../core/ports.ts";
import { identifierPattern } from "../core/relation.ts";
import { loadProjectFiles } from "../load/project-files.ts";
import { withTable, withTableColumns } from "../parse/contract-text.ts";
import { replaceFile } from "../record/artifacts/files.ts";
import { declaredColumn, inferredTable, isNameable, sampledColumn } from "./inferred-table.ts";
import { exitCodes } from "./options.ts";
import type { ExitCode, GlobalOptions } from "./options.ts";
import { openProject } from "./project.ts";
import type { LinkedProject } from "./project.ts";
import { nameOf, namedTables, unknownSource, withConnections } from "./source-tables.ts";

export interface InferSourceOptions extends GlobalOptions {
  readonly write?: boolean;
}

/** A source's YAML on its way: what is printed of it, and what is told. */
interface Draft {
  readonly file: string;
  text: string;
  readonly printed: string[];
  readonly notes: string[];
}

const sampledItems = 200;

/**
 * Prints the YAML of a source's tables, or of one of them, as the live source has them; with `--write` it goes into the
 * source's file. A connection to Postgres that no file declares as a source gets one.
 */
export async function inferSourceCommand(
  name: string,
  options: InferSourceOptions,
): Promise<ExitCode> {
  const linked = await openProject(options);
  const { root } = linked.project;
  const [source = "", table] = name.split(".");
  const declared = linked.project.sources.filter(
    (each) => each.source === source && each.quarantineOf === undefined,
  );
  const draft = draftOf(linked, source, declared);
  const before = draft.text;
  await withConnections(linked, options.target, async (connections, target) => {
    const connection = declared[0]?.connection ?? source;
    if (declared.length === 0 && target.connections[connection]?.connector !== "postgres") {
      throw unknownSource(name, namedTables(linked, []));
    }
    const extractor = await connections.extractor(connection);
    if (extractor.liveTables === undefined) await inferFromItems(draft, declared, table, extractor);
    else await inferFromTables(draft, { source, declared, table }, extractor);
  });
  const isChanged = draft.text !== before;
  if (options.write === true && isChanged)
    await replaceFile(path.join(root, draft.file), draft.text);
  if (options.write !== true) process.stdout.write(draft.printed.join(""));
  for (const note of draft.notes) process.stderr.write(`${note}\n`);
  const does =
    options.write === true ? `Wrote ${draft.file}.` : `--write puts this into ${draft.file}.`;
  process.stderr.write(
    isChanged ? `${does}\n` : `${draft.file} declares what the source has already.\n`,
  );
  return exitCodes.ok;
}

function draftOf(
  { project }: LinkedProject,
  source: string,
  declared: readonly SourceTable[],
): Draft {
  const file = declared[0]?.place.file ?? `sources/${source}.yml`;
  const known = loadProjectFiles(project.root).sources.find((each) => each.file === file);
  if (declared.length === 0 && (known !== undefined || existsSync(path.join(project.root, file)))) {
    const message = `${file} declares another source than ${source}.`;
    const hint = `Move what it declares to a file of that source's name.`;
    throw new Failure([{ code: "CLI_USAGE", message, hint }]);
  }
  const header = `source: ${source}\nconnector: postgres\nconnection: ${source}\ntables:\n`;
  return { file, text: known?.text ?? header, printed: [], notes: [] };
}

async function inferFromTables(
  draft: Draft,
  {
    source,
    declared,
    table: wanted,
  }: {
    readonly source: string;
    readonly declared: readonly SourceTable[];
    readonly table: string | undefined;
  },
  extractor: Extractor,
): Promise<void> {
  const [first] = declared;
  const schema = first?.connector === "postgres" ? first.schema : "public";
  const live = (await extractor.liveTables?.(schema)) ?? [];
  const chosen = wanted === undefined ? live : live.filter(({ name }) => name === wanted);
  if (chosen.length === 0) throw noLiveTable(source, schema, wanted, live);
  if (first === undefined) draft.printed.push(draft.text);
  for (const table of chosen) {
    if (!identifierPattern.test(table.name)) {
      draft.notes.push(
        `note: the table "${table.name}" is left out: its name is not lower snake case.`,
      );
    } else if (declared.some((each) => each.table === table.name)) {
      edit(draft, `${source}.${table.name}`, table);
    } else {
      append(draft, inferredTable(table), first === undefined);
    }
  }
}

function append(draft: Draft, entry: string, isNewFile: boolean): void {
  const indented = entry.replace(/^(?=.)/gm, "  ");
  draft.printed.push(isNewFile ? indented : entry);
  draft.text = isNewFile ? `${draft.text}${indented}` : withTable(draft.text, entry);
}

function edit(draft: Draft, name: string, { name: table, columns }: LiveTable): void {
  const wanted = columns.filter(isNameable).map(declaredColumn);
  const { text, block, added, removed, retyped } = withTableColumns(draft.text, table, wanted);
  const changes = [
    ...(added.length > 0 ? [`new: ${added.join(", ")}`] : []),
    ...(removed.length > 0 ? [`gone: ${removed.join(", ")}`] : []),
    ...(retyped.length > 0 ? [`of another type: ${retyped.join(", ")}`] : []),
  ].join("; ");
  draft.notes.push(`${name}: ${changes === "" ? "as declared" : changes}`);
  draft.printed.push(`# ${name}\n${atMargin(block)}`);
  draft.text = text;
}

/** A list of columns as it stands in a file, with the indentation of one that begins at the margin. */
function atMargin(block: string): string {
  const [head = "", ...lines] = block.split("\n");
  const indents = lines.flatMap((line) => /^ *(?=-)/.exec(line)?.[0].length ?? []);
  const spare = Math.max(0, Math.min(...indents) - 2);
  return [
    head,
    ...lines.map((line) => line.slice(Math.min(spare, /^ */.exec(line)?.[0].length ?? 0))),
  ].join("\n");
}

/** Columns for what the items of a sample hold and no column reads; nothing that is declared is touched. */
async function inferFromItems(
  draft: Draft,
  declared: readonly SourceTable[],
  wanted: string | undefined,
  extractor: Extractor,
): Promise<void> {
  const tables = declared.filter(({ table }) => wanted === undefined || table === wanted);
  if (tables.length === 0)
    throw unknownSource(`${declared[0]?.source ?? ""}.${wanted ?? ""}`, declared);
  for (const table of tables) {
    const sample = await extractor.sample?.(table, sampledItems);
    if (sample === undefined) {
      draft.notes.push(
        `note: ${nameOf(table)} cannot be sampled: its connector reads whole exports.`,
      );
      continue;
    }
    const found = sample.attributes.filter(isNameable).map(sampledColumn);
    const others = sample.attributes.filter((attribute) => !isNameable(attribute));
    draft.notes.push(
      `${nameOf(table)}: ${counted(found.length, "further attribute")} in a sample of ${counted(sample.items, "item")}`,
      ...others.map(
        ({ name }) => `note: "${name}" needs a name of its own: { name: …, from: ${name} }`,
      ),
    );
    const kept = table.columns.map(({ name, type, precision }) =>
      declaredColumn({ name, type, precision, nullable: true, nativeType: "" }),
    );
    if (found.length === 0) continue;
    const { text, block } = withTableColumns(draft.text, table.table, [...kept, ...found]);
    draft.printed.push(`# ${nameOf(table)}\n${atMargin(block)}`);
    draft.text = text;
  }
}

function noLiveTable(
  source: string,
  schema: string,
  wanted: string | undefined,
  live: readonly LiveTable[],
): Failure {
  const names = live.map(({ name }) => name);
  return new Failure([
    {
      code: "SELECT_NOTHING",
      message:
        wanted === undefined
          ? `The schema ${schema} of ${source} has no tables.`
          : `The schema ${schema} of ${source} has no table "${wanted}".`,
      hint: didYouMean(wanted ?? "", names, `It has ${names.join(", ") || "none"}.`),
    },
  ]);
}
