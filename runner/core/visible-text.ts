/**
 * A text for a terminal: what would do something there stands as its number, such as `\u{1b}`, so that no value clears,
 * colours or overwrites lines, or turns the order of what is read. Line ends and tabs stay.
 */
export function visibleText(text: string): string {
  return text.replace(
    /(?![\n\t])[\p{Cc}\p{Bidi_Control}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
