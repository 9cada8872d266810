import type { Client } from "pg";
import { join } from "node:path";
import { checkAssumeRole } from "../access/assume-role.ts";
import { attachViews } from "../late-binding-view.ts";
import { placedIn } from "../error-place.ts";
import { plainText } from "../plain-text.ts";
import { asRedshiftError, unsupported } from "../redshift-error.ts";
import { withoutRows, type StatementResult, type Storage } from "../statement-result.ts";
import { parseObjectUrl, withObjects, type Objects, type ObjectUrl } from "../storage/objects.ts";
import { withWorkbench, type ParquetWorkbench } from "../storage/parquet-workbench.ts";
import { quotedName, textLiteral } from "../tokens.ts";
import { translate } from "../translate.ts";
import { copyOut } from "./copy-out.ts";
import { unloadManifest } from "./manifest.ts";
import { checkPartitions, findFolders } from "./partitions.ts";
import { removeFolder, refuseExisting } from "./destination.ts";
import type { UnloadCommand } from "./unload-command.ts";
import { unloadedColumns, type UnloadedColumn } from "./unloaded-columns.ts";
import { writeFiles } from "./write-files.ts";

/**
 * Writes a query's rows as Parquet files below a prefix; the manifest comes last. No rows, no files and no manifest: so
 * Redshift has done since 2019 (spark-redshift issue 40), of which its guide says nothing. Throws RedshiftError.
 */
export async function unload(
  client: Client,
  command: UnloadCommand,
  storage: Storage,
): Promise<StatementResult> {
  await checkAssumeRole(client, "UNLOAD");
  // Where in the command's text the query's letters stand, nobody can tell: they were quoted.
  const { statement, type, fields, relations } = await placedIn(
    () => undefined,
    () => translate(plainText(command.query).plain),
  );
  if (type !== "SelectStmt") throw unsupported("UNLOAD takes a SELECT");
  if (fields["limitCount"] !== undefined || fields["limitOffset"] !== undefined)
    throw unsupported("Limit clause is not supported in the outer SELECT of UNLOAD");
  await attachViews(client, relations);
  const columns = await describe(client, statement);
  checkPartitions(command, columns);
  const prefix = destination(command);
  await withObjects(storage, async (objects) => {
    if (command.existing === "refuse") await refuseExisting(objects, prefix);
    if (command.existing === "clean" && command.partitionBy.length === 0)
      await removeFolder(objects, prefix);
    await withWorkbench(async (workbench) => {
      const written = await readRows(client, workbench, { statement, columns });
      await writeAll(workbench, objects, { ...command, prefix, columns: written });
    });
  });
  return withoutRows;
}

/** With partitions, the prefix is a folder. */
function destination({ prefix, partitionBy }: UnloadCommand): ObjectUrl {
  const url = parseObjectUrl(prefix);
  const isFolder = partitionBy.length === 0 || url.key === "" || url.key.endsWith("/");
  return isFolder ? url : { ...url, key: `${url.key}/` };
}

async function describe(client: Client, query: string): Promise<readonly UnloadedColumn[]> {
  try {
    const { fields } = await client.query(`select * from (${query}\n) as unloaded limit 0`);
    return unloadedColumns(fields);
  } catch (error) {
    throw asRedshiftError(error);
  }
}

/** Brings the rows into DuckDB's table `unloaded`, in their order, and tells how its columns are to be written. */
async function readRows(
  client: Client,
  workbench: ParquetWorkbench,
  {
    statement,
    columns,
  }: { readonly statement: string; readonly columns: readonly UnloadedColumn[] },
): Promise<readonly UnloadedColumn[]> {
  const csv = join(workbench.folder, "rows.csv");
  try {
    await copyOut(
      client,
      `copy (${statement}\n) to stdout (format csv, null e'\\\\N', force_quote *)`,
      csv,
    );
  } catch (error) {
    throw asRedshiftError(error);
  }
  const types = columns.map(({ name, read }) => `${textLiteral(name)}: '${read}'`);
  await workbench.duckdb.run(
    `create table unloaded as select * from read_csv(${textLiteral(csv)}, header = false, auto_detect = false,
       delim = ',', quote = '"', escape = '"', nullstr = '\\N', allow_quoted_nulls = false,
       max_line_size = 16777216, parallel = false, columns = {${types.join(", ")}})`,
  );
  return Promise.all(
    columns.map(async (column) => {
      if (!column.hasOpenScale) return column;
      const name = quotedName(column.name);
      const [found] = await workbench.ask(
        `select coalesce(max(length(split_part(${name}, '.', 2))), 0) as scale from unloaded`,
      );
      const scale = Number(found?.["scale"] ?? 0);
      return { ...column, scale, written: `cast(${name} as decimal(38, ${scale})) as ${name}` };
    }),
  );
}

interface Destination extends UnloadCommand {
  readonly columns: readonly UnloadedColumn[];
}

async function writeAll(
  workbench: ParquetWorkbench,
  objects: Objects,
  { columns, ...command }: Omit<Destination, "prefix"> & { readonly prefix: ObjectUrl },
): Promise<void> {
  const { prefix, partitionBy, includesPartitions } = command;
  const kept = columns.filter(({ name }) => includesPartitions || !partitionBy.includes(name));
  const select = kept.map(({ written }) => written).join(", ");
  const files = [];
  for (const { path, condition } of await findFolders(workbench, partitionBy)) {
    const folder = { ...prefix, key: prefix.key + path };
    if (command.existing === "clean" && path !== "") await removeFolder(objects, folder);
    files.push(
      ...(await writeFiles(workbench, objects, { ...command, folder, select, condition })),
    );
  }
  if (files.length === 0 || command.manifest === "none") return;
  const manifest = { ...prefix, key: `${prefix.key}manifest` };
  await objects.write(unloadManifest(files, kept, command.manifest), manifest);
}
