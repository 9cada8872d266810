import { renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { didYouMean } from "../core/closest.ts";
import { Failure } from "../core/diagnostic.ts";
import { identifierPattern, baseName } from "../core/relation.ts";
import type { RelationName } from "../core/relation.ts";
import { loadProjectFiles } from "../load/project-files.ts";
import type { ProjectFiles, TextFile } from "../load/project-files.ts";
import { findProjectRoot } from "../load/project-root.ts";
import { stemOf } from "../parse/beside.ts";
import { withColumns } from "../parse/contract-text.ts";
import type { ContractEdit } from "../parse/contract-text.ts";
import { relationOf } from "../parse/models.ts";
import { inferColumns } from "./infer-columns.ts";
import type { InferredColumn, ModelFiles } from "./infer-columns.ts";
import { exitCodes } from "./options.ts";
import type { ExitCode, GlobalOptions } from "./options.ts";

export interface InferOptions extends GlobalOptions {
  readonly vars?: string;
  readonly write?: boolean;
}

/** What a model without YAML is given; the first line is for its author to mend. */
const newContract = "grain: One row per … # Say what one row stands for.\n";

/**
 * Prints the `columns:` that a model's query yields, bound against empty tables of the declared types: no data and no
 * database are needed. With `--write` they go into the YAML beside the model, which is made where there is none.
 */
export async function inferContractCommand(name: string, options: InferOptions): Promise<ExitCode> {
  const root = findProjectRoot(options.project ?? process.cwd());
  const files = loadProjectFiles(root);
  const { relation, sql, yaml } = findModel(files, name);
  const columns = await inferColumns({ relation, sql, yaml }, files, options);
  assertNamed(relation, columns);
  const edit = withColumns(yaml?.text ?? newContract, columns);
  const file = yaml?.file ?? `${stemOf(sql.file)}.yml`;
  if (options.write === true && edit.text !== yaml?.text)
    replaceFile(path.join(root, file), edit.text);
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify({ relation, file, columns })}\n`);
  } else if (options.write !== true) {
    process.stdout.write(yaml === undefined ? edit.text : edit.block);
  }
  for (const note of [...inexact(columns), summary(edit, file, { yaml, options })]) {
    process.stderr.write(`${note}\n`);
  }
  return exitCodes.ok;
}

/** A model by `zone.name` or by its name alone, whether there is YAML beside it or not. */
function findModel(files: ProjectFiles, name: string): ModelFiles {
  const models = files.modelSql.flatMap((sql) => {
    const relation = relationOf(sql.file);
    return relation === undefined ? [] : [{ relation, sql }];
  });
  const named = models.filter(({ relation }) => relation === name || baseName(relation) === name);
  const [model, other] = named;
  if (model !== undefined && other === undefined) {
    const stem = stemOf(model.sql.file);
    return { ...model, yaml: files.modelYaml.find(({ file }) => stemOf(file) === stem) };
  }
  const known = models.flatMap(({ relation }) => [relation, baseName(relation)]);
  throw new Failure([
    model === undefined
      ? {
          code: "SELECT_NOTHING",
          message: `There is no model "${name}".`,
          hint: didYouMean(name, known, "runner ls lists what there is."),
        }
      : {
          code: "CLI_USAGE",
          message: `"${name}" names ${named.length} models.`,
          hint: `Name one with its zone: ${named.map(({ relation }) => relation).join(", ")}.`,
        },
  ]);
}

function assertNamed(relation: RelationName, columns: readonly InferredColumn[]): void {
  const nameless = columns.filter(({ name }) => !identifierPattern.test(name));
  if (nameless.length === 0) return;
  throw new Failure(
    nameless.map(({ name }) => ({
      code: "CONTRACT_MISMATCH",
      message: `${relation} yields a column named ${name}, which is not lower snake case.`,
      hint: "Give it a name in the model's last select: … as name.",
    })),
  );
}

function inexact(columns: readonly InferredColumn[]): readonly string[] {
  return columns.flatMap(({ name, type, yields, isExact }) =>
    isExact
      ? []
      : [`note: ${name} is ${yields}, which no contract declares: cast it, as ${type} say.`],
  );
}

function summary(
  edit: ContractEdit,
  file: string,
  { yaml, options }: { readonly yaml?: TextFile; readonly options: InferOptions },
): string {
  const changes = [
    ...(edit.added.length > 0 ? [`new: ${edit.added.join(", ")}`] : []),
    ...(edit.removed.length > 0 ? [`gone: ${edit.removed.join(", ")}`] : []),
    ...(edit.retyped.length > 0 ? [`of another type: ${edit.retyped.join(", ")}`] : []),
    ...(edit.isReordered ? ["in another order"] : []),
  ].join("; ");
  if (yaml === undefined) {
    return options.write === true
      ? `Wrote ${file}: say in it what one row stands for.`
      : `There is no ${file} yet: --write makes it.`;
  }
  if (changes === "") return `${file} declares what the query yields already.`;
  return options.write === true
    ? `Wrote ${file}: ${changes}.`
    : `${file} differs (${changes}): --write puts this into it.`;
}

/** Nobody ever reads half a file. */
function replaceFile(file: string, text: string): void {
  const unfinished = `${file}.${process.pid}.tmp`;
  writeFileSync(unfinished, text);
  renameSync(unfinished, file);
}
