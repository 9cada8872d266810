/** The way to a value in a YAML file: names of settings and, in lists, positions from 0. */
export type YamlPath = readonly (string | number)[];

/** A path as a reader would write it: `tables[0].key`. */
export function printPath(path: YamlPath): string {
  return path
    .map((part, index) => (typeof part === "number" ? `[${part}]` : index > 0 ? `.${part}` : part))
    .join("");
}
