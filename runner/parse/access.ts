import type { Access, Mask, Role } from "../core/access.ts";
import { didYouMean } from "../core/closest.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { Column } from "../core/node-base.ts";
import type { RelationNode } from "../core/node.ts";
import { rightIn, undeclaredClass } from "../core/access.ts";
import { zoneOf } from "../core/relation.ts";
import type { AccessYaml } from "./schema/access.ts";
import type { PipelinesFile } from "./schema/pipelines.ts";
import type { YamlFile } from "./yaml-file.ts";

/** Who may see what, checked against the relations that there are; undefined where the project does not say. */
export function readAccess(
  yaml: YamlFile<PipelinesFile>,
  relations: readonly RelationNode[],
  diagnostics: Diagnostic[],
): Access | undefined {
  const declared = yaml.value.access;
  reportUnknownClasses(yaml, relations, diagnostics);
  if (declared === undefined) return undefined;
  const classes = Object.entries(declared.classes).map(([name, { description, mask }]) => ({
    name,
    description,
    mask: readMask(mask),
    place: yaml.place(["access", "classes", name]),
  }));
  const roles = Object.entries(declared.roles).map(([name, role]) => {
    checkRole({ yaml, relations, diagnostics }, name, role);
    return readRole(yaml, name, role);
  });
  return { classes, roles, maskKey: declared.mask_key };
}

function readMask(text: string): Mask {
  if (text === "hide" || text === "hash") return { kind: text };
  return { kind: "expression", sql: text };
}

type DeclaredRole = AccessYaml["roles"][string];

function readRole(yaml: YamlFile<PipelinesFile>, name: string, role: DeclaredRole): Role {
  const { description, zones, relations, clear, rows, members, limits } = role;
  return {
    name,
    description,
    zones,
    ...(relations === undefined ? {} : { relations }),
    clear,
    rows,
    members: members.map(({ user, ...attributes }) => ({ user, attributes })),
    limits: { seconds: limits.time, memoryBytes: limits.memory, rows: limits.rows },
    place: yaml.place(["access", "roles", name]),
  };
}

interface Surroundings {
  readonly yaml: YamlFile<PipelinesFile>;
  readonly relations: readonly RelationNode[];
  readonly diagnostics: Diagnostic[];
}

function checkRole(
  { yaml, relations, diagnostics }: Surroundings,
  name: string,
  role: DeclaredRole,
): void {
  const names = relations.map(({ relation }) => relation);
  const report = (path: readonly (string | number)[], message: string, hint?: string) => {
    const whole = ["access", "roles", name, ...path];
    diagnostics.push(yaml.diagnostic("ACCESS_INVALID", whole, message, hint));
  };
  const reader = { ...readRole(yaml, name, role) };
  const checkRelation = (relation: (typeof names)[number], path: readonly (string | number)[]) => {
    if (!names.includes(relation)) {
      const message = `The project has no relation ${relation}.`;
      report(path, message, didYouMean(relation, names));
    } else if (rightIn(reader, zoneOf(relation)) === undefined) {
      const message = `${name} may not read the zone ${zoneOf(relation)}.`;
      report(path, message, `Add it to the role's zones, or leave ${relation} out.`);
    }
  };
  role.relations?.forEach((relation, index) => {
    checkRelation(relation, ["relations", index]);
  });
  for (const [key, filter] of Object.entries(role.rows)) {
    const relation = names.find((each) => each === key) ?? (key as (typeof names)[number]);
    checkRelation(relation, ["rows", key]);
    if (role.relations !== undefined && !role.relations.includes(relation)) {
      report(["rows", key], `${key} is not among the relations of ${name}.`);
    }
    const wanted = attributesOf(filter);
    role.members.forEach((member, index) => {
      const missing = wanted.find((attribute) => attribute !== "name" && !(attribute in member));
      if (missing === undefined) return;
      const message = `The rows of ${key} depend on user.${missing}, which ${member.user} has not.`;
      report(["members", index], message, `Write { user: ${member.user}, ${missing}: … }.`);
    });
  }
  const classes = knownClasses(yaml);
  role.clear.forEach((clear, index) => {
    const isKnown =
      clear === "*" || classes.some((each) => each === clear || each.startsWith(`${clear}.`));
    if (isKnown) return;
    const message = `No class "${clear}" is declared.`;
    report(["clear", index], message, didYouMean(clear, classes, classHint(classes)));
  });
}

function knownClasses({ value }: YamlFile<PipelinesFile>): readonly string[] {
  return [...Object.keys(value.access?.classes ?? {}), undeclaredClass];
}

/** The attributes of a user that a row filter asks for. */
function attributesOf(filter: string): readonly string[] {
  return [...filter.matchAll(/\{\{\s*user\.([\w-]+)\s*\}\}/g)].map(([, name]) => name ?? "");
}

function reportUnknownClasses(
  yaml: YamlFile<PipelinesFile>,
  relations: readonly RelationNode[],
  diagnostics: Diagnostic[],
): void {
  const known = knownClasses(yaml);
  for (const { relation, columns } of relations) {
    for (const column of columns) {
      const unknown = mentionedClasses(column).find((name) => !known.includes(name));
      if (unknown === undefined) continue;
      diagnostics.push({
        code: "ACCESS_INVALID",
        message: `${relation}.${column.name} is of class "${unknown}", which is not declared.`,
        place: column.place,
        hint: didYouMean(unknown, known, classHint(known)),
      });
    }
  }
}

function mentionedClasses({ classes = [], declassify }: Column): readonly string[] {
  return [...classes, ...(declassify?.classes ?? [])];
}

function classHint(known: readonly string[]): string {
  return known.length === 0
    ? "Declare it under access, classes in pipelines.yaml."
    : `Classes: ${known.join(", ")}. More are declared under access, classes in pipelines.yaml.`;
}
