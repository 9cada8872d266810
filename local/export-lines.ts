/** Lines that a shell can evaluate; what is undefined is left out. */
export function exportLines(variables: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(variables).flatMap(([name, value]) =>
    value === undefined ? [] : [`export ${name}='${value.replaceAll("'", "'\\''")}'`],
  );
}
