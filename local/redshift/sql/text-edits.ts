/** Replaces `[start, end)` of a text; an insertion has no length. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

const inOrder = (edits: readonly TextEdit[]) => [...edits].sort((a, b) => a.start - b.start);

/** The text with all edits made. Of edits that touch the same place, the earlier in the list comes first. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let result = "";
  let at = 0;
  for (const { start, end, replacement } of inOrder(edits)) {
    result += text.slice(at, start) + replacement;
    at = Math.max(at, end);
  }
  return result + text.slice(at);
}

/** Where in a text stands what has the `offset` in the edited one; for what an edit wrote, where that edit begins. */
export function offsetBeforeEdits(edits: readonly TextEdit[], offset: number): number {
  let at = 0;
  let written = 0;
  for (const { start, end, replacement } of inOrder(edits)) {
    const kept = Math.max(0, start - at);
    if (offset < written + kept) break;
    written += kept + replacement.length;
    if (offset < written) return start;
    at = Math.max(at, end);
  }
  return at + offset - written;
}

/** Where in `before` stands what has the `offset` in `after`, of which one stretch differs; undefined inside of it. */
export function offsetBeforeRewriting(
  { before, after }: { readonly before: string; readonly after: string },
  offset: number,
): number | undefined {
  const shorter = Math.min(before.length, after.length);
  let same = 0;
  while (same < shorter && before[same] === after[same]) same += 1;
  if (offset < same) return offset;
  let behind = 0;
  while (behind < shorter && before.at(-1 - behind) === after.at(-1 - behind)) behind += 1;
  return offset >= after.length - behind ? offset + before.length - after.length : undefined;
}
