import type { Template, TemplateUses } from "../core/template.ts";

export interface KnownMacros {
  readonly partials: ReadonlyMap<string, Template>;
  readonly helpers: Iterable<string>;
}

/** What templates use together with all partials that they reach; names sorted, `undefined` for any. */
export function transitiveUses(
  templates: readonly Template[],
  { partials, helpers }: KnownMacros,
): TemplateUses {
  const reached = new Set<string>();
  const used = { helpers: new Set<string>(), vars: new Set<string>(), env: new Set<string>() };
  let anyVars = false;
  let anyEnv = false;
  const waiting = [...templates];
  for (let template = waiting.pop(); template !== undefined; template = waiting.pop()) {
    const uses = template.uses ?? {
      partials: [...partials.keys()],
      helpers: [...helpers],
      vars: undefined,
      env: undefined,
    };
    for (const name of uses.helpers) used.helpers.add(name);
    for (const name of uses.vars ?? []) used.vars.add(name);
    for (const name of uses.env ?? []) used.env.add(name);
    anyVars ||= uses.vars === undefined;
    anyEnv ||= uses.env === undefined;
    for (const name of uses.partials) {
      const partial = partials.get(name);
      if (partial === undefined || reached.has(name)) continue;
      reached.add(name);
      waiting.push(partial);
    }
  }
  return {
    partials: [...reached].sort(),
    helpers: [...used.helpers].sort(),
    vars: anyVars ? undefined : [...used.vars].sort(),
    env: anyEnv ? undefined : [...used.env].sort(),
  };
}
