import { counted } from "../core/counted.ts";
import type { Macro, MacroArgument, MacroContext } from "../core/macro.ts";

/**
 * Calls a project's helper. Throws when it takes more arguments than it is given, reads none of a name that it is given,
 * or returns no text: any of these would leave a hole in the SQL.
 */
export function callMacro(
  macro: Macro,
  context: Omit<MacroContext, "named">,
  args: readonly MacroArgument[],
  named: Readonly<Record<string, MacroArgument>>,
): string {
  // A function's length counts its parameters up to the first that has a default; the first is the context.
  const needed = macro.length - 1;
  if (args.length < needed) {
    const given = args.length === 0 ? "none" : `only ${args.length}`;
    throw new TypeError(`it takes ${counted(needed, "argument")}, and was given ${given}`);
  }
  const unread = new Set(Object.keys(named));
  const sql: unknown = macro(
    { ...context, ...(unread.size > 0 ? { named: followed(named, unread) } : {}) },
    ...args,
  );
  const [name] = unread;
  if (name !== undefined) throw new TypeError(`it reads no argument named "${name}"`);
  if (typeof sql !== "string") throw new TypeError(`it returned ${typeof sql}, not a text`);
  return sql;
}

/** The same record, which takes what is read of it out of `unread`. */
function followed(
  named: Readonly<Record<string, MacroArgument>>,
  unread: Set<string>,
): Readonly<Record<string, MacroArgument>> {
  return Object.defineProperties(
    {},
    Object.fromEntries(
      Object.entries(named).map(([name, value]) => [
        name,
        {
          enumerable: true,
          get: () => {
            unread.delete(name);
            return value;
          },
        },
      ]),
    ),
  );
}
