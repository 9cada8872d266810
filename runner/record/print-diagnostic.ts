import pc from "picocolors";
import type { Diagnostic } from "../core/diagnostic.ts";
import { visibleText } from "../core/visible-text.ts";

type Colors = ReturnType<typeof pc.createColors>;

/** The codes of services and of the demo are not the runner's own. */
export type Printable = Omit<Diagnostic, "code"> & { readonly code: string };

/** A diagnostic as every command prints it: code and place, what, where, why, and the way out. */
export function printDiagnostic(diagnostic: Printable, colors: Colors, indent = ""): string {
  const { code, place } = diagnostic;
  // An engine's words quote values, which may be anybody's.
  const { message = "", frame, cause, hint } = visible(diagnostic);
  const at = place === undefined ? "" : `  ${colors.dim(printPlace(place))}`;
  const lines = [`${colors.red(colors.bold(code))}${at}`, message];
  if (frame !== undefined && frame !== "")
    lines.push(...frame.split("\n").map((line) => `  ${colors.dim(line)}`));
  if (cause !== undefined) lines.push(...cause.split("\n").map((line) => colors.dim(line)));
  if (hint !== undefined) lines.push(`${colors.cyan("->")} ${hint}`);
  return lines.map((line) => `${indent}${line}\n`).join("");
}

function visible({ message, frame, cause, hint }: Printable): Partial<Printable> {
  const parts = Object.entries({ message, frame, cause, hint });
  return Object.fromEntries(
    parts.flatMap(([name, text]) => (text === undefined ? [] : [[name, visibleText(text)]])),
  );
}

function printPlace({ file, line, column }: NonNullable<Diagnostic["place"]>): string {
  return line === undefined ? file : `${file}:${line}:${column}`;
}

/** Colours for a stream: none when it is no terminal, or when NO_COLOR asks for none. */
export function colorsFor(stream: { readonly isTTY?: boolean }): Colors {
  const wanted = stream.isTTY === true && process.env.NO_COLOR === undefined;
  return pc.createColors(wanted || (process.env.FORCE_COLOR ?? "0") !== "0");
}
