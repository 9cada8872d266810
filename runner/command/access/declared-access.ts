import type { ClassedRelation } from "../../access/relations.ts";
import type { WantedAccess } from "../../access/wanted.ts";
import type { Access } from "../../core/access.ts";
import { Failure } from "../../core/diagnostic.ts";
import type { ParsedProject } from "../../parse/project.ts";
import type { LinkedProject } from "../project.ts";
import { declaredTarget, fillEnvironment } from "../target.ts";

/** Who may see what, as the project declares it; a project that does not is a failure. */
export function declaredAccess({ pipelines, access }: ParsedProject): Access {
  if (access !== undefined) return { ...access, maskKey: fillEnvironment(access.maskKey) };
  const message = "The project does not say who may see what.";
  const hint =
    "Declare roles and classes under access in pipelines.yaml; docs/access.md shows how.";
  throw new Failure([pipelines.diagnostic("ACCESS_UNDECLARED", [], message, hint)]);
}

/** Only a warehouse that knows roles can be told of them. */
export function assertEnforces(project: ParsedProject, name: string | undefined): void {
  const { wanted, declared } = declaredTarget(project, name);
  if (declared.engine === "redshift") return;
  const message = `The target ${wanted} has no roles of its own: runner query --role enforces who sees what there.`;
  const hint = "Name a target on Redshift: --target prod.";
  throw new Failure([{ code: "ENGINE_UNSUPPORTED", message, hint }]);
}

/** What begins the names of the runner's own roles and policies in a warehouse. */
export function accessPrefix({ pipelines }: Pick<ParsedProject, "pipelines">): string {
  return `${pipelines.value.project}_`;
}

export function wantedAccess(
  linked: LinkedProject,
  relations: readonly ClassedRelation[],
): WantedAccess {
  const { project } = linked;
  return { prefix: accessPrefix(project), access: declaredAccess(project), relations };
}
