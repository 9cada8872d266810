/**
 * An engine's error as it tells others: JSON with the place in the statement. What it finds before it runs a statement, it
 * tells as text with the line and a caret beneath it, whatever its settings say.
 */
export function errorAsJson(told: string, statement: string): string {
  const shown =
    /^(?:Failed to extract statements: )?(?<type>[\w ]+?) Error: (?<message>[\s\S]*?)\n\nLINE (?<line>\d+): /.exec(
      told,
    );
  const { type, message, line } = shown?.groups ?? {};
  if (shown === null || type === undefined || message === undefined || line === undefined) {
    return told;
  }
  const [excerpt = "", caret = ""] = told.slice(shown[0].length).split("\n");
  const offset = placeOf(excerpt, caret.indexOf("^") - `LINE ${line}: `.length, statement, line);
  return JSON.stringify({
    exception_type: type,
    exception_message: message,
    ...(offset === undefined ? {} : { position: String(offset) }),
  });
}

/** In bytes; undefined where the line cannot be found again. */
function placeOf(
  excerpt: string,
  caret: number,
  statement: string,
  line: string,
): number | undefined {
  const lines = statement.split("\n");
  const text = lines[Number(line) - 1];
  const isCut = excerpt.startsWith("...");
  const start = text?.indexOf(excerpt.replace(/^\.\.\./, "").replace(/\.\.\.$/, "")) ?? -1;
  if (caret < 0 || start < 0) return undefined;
  const before = lines.slice(0, Number(line) - 1).map((each) => `${each}\n`);
  const column = start + caret - (isCut ? "...".length : 0);
  return Buffer.byteLength(before.join("") + (text ?? "").slice(0, column));
}
