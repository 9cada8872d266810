const units = ["B", "kB", "MB", "GB", "TB", "PB"] as const;

/** A number of bytes for people: `17 B`, `1.2 MB`; a kilobyte has 1000 of them. */
export function printBytes(bytes: number): string {
  let size = bytes;
  let unit = 0;
  for (; size >= 999.95 && unit < units.length - 1; unit += 1) size /= 1000;
  return `${unit === 0 ? String(size) : size.toFixed(1)} ${units[unit] ?? ""}`;
}
