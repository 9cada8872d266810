import type { CompiledProject } from "../compile/compile.ts";
import { didYouMean } from "../core/closest.ts";
import { assertSound, Failure } from "../core/diagnostic.ts";
import type { SingularTest } from "../core/data-test.ts";
import { production, publicNameIn } from "../core/environment.ts";
import type { Model } from "../core/node.ts";
import type { Template } from "../core/template.ts";
import { baseName } from "../core/relation.ts";
import { StatementFailure } from "../core/statement-failure.ts";
import { link } from "../graph/link.ts";
import { parseTemplate } from "../parse/template.ts";
import { compiledQuery } from "./compile.ts";
import type { EnvironmentOptions, ExitCode } from "./options.ts";
import { compileProject, openProject } from "./project.ts";
import type { LinkedProject } from "./project.ts";
import { printQuery } from "./query.ts";
import { resolveTarget } from "./target.ts";

export interface ShowOptions extends EnvironmentOptions {
  readonly inline?: string;
  readonly limit?: number;
  readonly vars?: string;
}

const previewRows = 20;

/** Previews what a model, or a template given with `--inline`, yields from what is published. Writes nothing. */
export async function showCommand(
  name: string | undefined,
  options: ShowOptions,
): Promise<ExitCode> {
  const linked = await openProject(options);
  const { engine } = resolveTarget(linked.project, options.target).warehouse;
  const limit = options.limit ?? previewRows;
  if (options.inline !== undefined) {
    const { inline, project } = withInline(linked.project, options.inline);
    const compiled = await compileProject(project, options);
    const context = { dialect: engine, resolve: publicNameIn(production) };
    const query = compiled.testQuery(inline, context);
    return atItsLine(inline.template, compiled, () => printQuery(query, { ...options, limit }));
  }
  const compiled = await compileProject(linked, options);
  const model = findModel(linked, name);
  const query = compiledQuery(compiled, model, engine);
  return atItsLine(model.template, compiled, () => printQuery(query, { ...options, limit }));
}

/** What the engine says of a rendered query, at its line in the template. */
async function atItsLine(
  template: Template,
  { locate }: Pick<CompiledProject, "locate">,
  run: () => Promise<ExitCode>,
): Promise<ExitCode> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof StatementFailure)) throw error;
    const found = locate(error, template) ?? { place: { file: template.file } };
    throw new Failure(
      error.diagnostics.map((diagnostic) => ({ ...diagnostic, ...found })),
      error.exitCode,
    );
  }
}

/** The project with one more query in it, which is read, linked and rendered like any other. */
function withInline(
  parsed: LinkedProject["project"],
  text: string,
): { readonly inline: SingularTest; readonly project: LinkedProject } {
  const file = { file: "--inline", text };
  const { template, diagnostics } = parseTemplate(file, parsed.macros);
  assertSound(diagnostics);
  const inline: SingularTest = {
    kind: "test",
    form: "singular",
    name: "--inline",
    description: "",
    tags: [],
    severity: "error",
    place: { file: file.file, line: 1, column: 1 },
    template,
  };
  const project = { ...parsed, tests: [...parsed.tests, inline] };
  const linked = link(project);
  assertSound(linked.diagnostics);
  return { inline, project: { project, graph: linked.graph, selectors: new Map() } };
}

function findModel({ project }: LinkedProject, name: string | undefined): Model {
  const models = project.models.filter(
    (model) => model.relation === name || baseName(model.relation) === name,
  );
  const [model, other] = models;
  if (model !== undefined && other === undefined) return model;
  const known = project.models.flatMap(({ relation }) => [relation, baseName(relation)]);
  throw new Failure([
    name === undefined
      ? {
          code: "CLI_USAGE",
          message: "Name a model, or give --inline with a query.",
          hint: "runner show sales",
        }
      : model === undefined
        ? {
            code: "SELECT_NOTHING",
            message: `There is no model "${name}".`,
            hint: didYouMean(name, known, "runner ls lists what there is."),
          }
        : {
            code: "CLI_USAGE",
            message: `"${name}" names ${String(models.length)} models.`,
            hint: `Name one with its zone: ${models.map(({ relation }) => relation).join(", ")}.`,
          },
  ]);
}
