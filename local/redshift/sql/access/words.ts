import type { NamedRelation } from "../named-relations.ts";
import { RedshiftError, syntaxError } from "../redshift-error.ts";
import { closingBracket, readsAs, tokenize, type Token } from "../tokens.ts";

/** Reads a statement of access control word by word. */
export class Words {
  readonly sql: string;
  readonly tokens: readonly Token[];
  #at = 0;

  constructor(sql: string) {
    this.sql = sql.replace(/[\s;]+$/, "");
    this.tokens = tokenize(this.sql);
  }

  /** Whether these words come next. */
  reads(...words: string[]): boolean {
    return readsAs(this.tokens, this.#at, ...words);
  }

  /** Passes these words if they come next. */
  take(...words: string[]): boolean {
    if (!this.reads(...words)) return false;
    this.#at += words.length;
    return true;
  }

  /** Passes these words. Throws RedshiftError when others come. */
  expect(...words: string[]): void {
    for (const word of words) if (!this.take(word)) throw this.unexpected();
  }

  get isAtEnd(): boolean {
    return this.#at >= this.tokens.length;
  }

  /** Throws RedshiftError unless the statement ends here. */
  end(): void {
    if (!this.isAtEnd) throw this.unexpected();
  }

  unexpected(): RedshiftError {
    const token = this.tokens[this.#at];
    return token === undefined
      ? new RedshiftError("syntax error at end of input", "42601")
      : syntaxError(token);
  }

  next(): Token {
    const token = this.tokens[this.#at];
    if (token === undefined) throw this.unexpected();
    this.#at += 1;
    return token;
  }

  /** A name of an object: in lower case, quoted or not. */
  name(): string {
    const token = this.next();
    if (token.kind === "word" || token.kind === "name") return token.value;
    this.#at -= 1;
    throw this.unexpected();
  }

  /** A name of a user or role: in quotes its case stays, as in "IAM:Ana"; `sys:secadmin` needs none. */
  identity(): string {
    const token = this.next();
    if (token.kind === "name")
      return this.sql.slice(token.start + 1, token.end - 1).replaceAll('""', '"');
    this.#at -= 1;
    const name = this.name();
    return this.take(":") ? `${name}:${this.name()}` : name;
  }

  /** `table`, `schema.table`, or with the database before them. */
  relation(): NamedRelation {
    const parts = [this.name()];
    while (this.take(".")) parts.push(this.name());
    const name = parts.at(-1) ?? "";
    const schema = parts.at(-2);
    return schema === undefined ? { name } : { schema, name };
  }

  text(): string {
    const token = this.next();
    if (token.kind === "text") return token.value;
    this.#at -= 1;
    throw this.unexpected();
  }

  integer(): number {
    const token = this.next();
    if (token.kind === "number" && /^\d+$/.test(token.value)) return Number(token.value);
    this.#at -= 1;
    throw this.unexpected();
  }

  /** What stands in the brackets that come next, as it is written; passes them. */
  bracketed(): string {
    if (!this.reads("(")) throw this.unexpected();
    const close = closingBracket(this.tokens, this.#at);
    const inner = this.sql.slice(this.tokens[this.#at]?.end, this.tokens[close]?.start);
    this.#at = close + 1;
    return inner.trim();
  }

  /** At least one, with commas between them. */
  list<Item>(read: () => Item): readonly Item[] {
    const items = [read()];
    while (this.take(",")) items.push(read());
    return items;
  }

  /** The text from here to the first of these words outside of brackets, which comes next then. */
  textBefore(...words: string[]): string {
    const start = this.tokens[this.#at]?.start ?? 0;
    while (!this.isAtEnd && !words.some((word) => this.reads(word)))
      this.#at = this.reads("(") ? closingBracket(this.tokens, this.#at) + 1 : this.#at + 1;
    return this.sql.slice(start, this.tokens[this.#at]?.start ?? this.sql.length).trim();
  }
}
