import { createHash, randomBytes } from "node:crypto";

/** A name for one opened engine, which no other has. */
export function newInstance(): string {
  return randomBytes(6).toString("hex");
}

/**
 * The token by which Redshift knows one submission, for 8 hours: sent again with the same token it runs once. Another
 * attempt of the same texts has another sequence number, and so another token.
 */
export function clientToken(
  instance: string,
  sequence: number,
  statements: readonly string[],
): string {
  const hash = createHash("sha256");
  for (const part of [instance, String(sequence), ...statements]) {
    // With its length before it, no part runs into the next.
    hash.update(`${Buffer.byteLength(part)}:${part}`);
  }
  return hash.digest("hex");
}

/** So much of a command is in a name; the service takes names of up to 500 characters. */
const longestCommand = 200;

/** The beginning of the names of all statements of a run or command. */
export function namePrefix(name: string): string {
  return `mercado:${name.slice(0, longestCommand)}:`;
}

/** A statement's name, by which it is found where its id was lost. */
export function statementName(name: string, instance: string, sequence: number): string {
  return `${namePrefix(name)}${instance}:${sequence}:`;
}
