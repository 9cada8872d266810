/**
 * Reads the plain part of YAML that most project files keep to, some ten times faster than a whole reader: block
 * mappings and lists, scalars of one line, `|` and `>` without blank lines, flow collections of one line, comments.
 * It never guesses: whatever is beyond this part, or wrong, it leaves to `yaml` by giving `undefined`. What it does
 * read, values and offsets, is what `yaml` reads.
 */
export function readSimpleYaml(text: string): SimpleYaml | undefined {
  if (unusual.test(text)) return undefined;
  const reader = new Reader(text);
  if (!reader.nextLine() || reader.indent !== 0) return undefined;
  const root = reader.mapping(0);
  return root !== undefined && reader.ended ? root : undefined;
}

/** A value with the offset of its text, and what is inside it. */
export interface SimpleYaml {
  readonly offset: number;
  readonly value: unknown;
  readonly entries?: ReadonlyMap<string, { readonly keyOffset: number; readonly node: SimpleYaml }>;
  readonly items?: readonly SimpleYaml[];
}

/** Tabs, carriage returns and control characters, which YAML treats each in its own way. */
const unusual = /[^\n -~\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe]/;

/** The name of a setting with its colon; a value may follow after blanks. */
const nameOfEntry = /([A-Za-z_][A-Za-z0-9_./-]*):(?: +|(?=\n|$))/y;
const nameInFlow = /([A-Za-z_][A-Za-z0-9_]*): +/y;
const endOfLine = /(?:#[^\n]*)?(?=\n|$)/y;
const endAfterValue = /(?: +#[^\n]*| *)(?=\n|$)/y;
const quoted = /"([^"\\\n]*)"|'([^'\n]*)'(?!')/y;
const plainInFlow = /[A-Za-z0-9_][A-Za-z0-9_ .()/-]*/y;
const blockHeader = /([|>])(-?)(?=\n)/y;
const listItem = /- +(?=[^ \n#])/y;
const wordsWithMeaning = /^(?:null|true|false|yes|no|on|off)$/i;

class Reader {
  /** The column of the current line's first word. */
  indent = 0;
  ended = false;
  readonly #text: string;
  #position = 0;
  /** Where the line after the current one begins. */
  #next = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Goes to the next line that holds more than a comment. */
  nextLine(): boolean {
    const text = this.#text;
    while (this.#next < text.length) {
      const start = this.#next;
      const newline = text.indexOf("\n", start);
      const end = newline < 0 ? text.length : newline;
      this.#next = end + 1;
      let position = start;
      while (position < end && text[position] === " ") position += 1;
      if (position === end || text[position] === "#") continue;
      this.#position = position;
      this.indent = position - start;
      return true;
    }
    this.ended = true;
    return false;
  }

  /** The block mapping whose first name stands here. */
  mapping(indent: number): SimpleYaml | undefined {
    const offset = this.#position;
    const entries = new Map<string, { readonly keyOffset: number; readonly node: SimpleYaml }>();
    const value: Record<string, unknown> = {};
    do {
      const keyOffset = this.#position;
      const key = this.#match(nameOfEntry)?.[1];
      if (key === undefined || isReserved(key) || entries.has(key)) return undefined;
      const node = this.#blockValue(indent);
      if (node === undefined) return undefined;
      entries.set(key, { keyOffset, node });
      value[key] = node.value;
    } while (!this.ended && this.indent === indent);
    return this.ended || this.indent < indent ? { offset, value, entries } : undefined;
  }

  /** What a name stands for: the rest of its line, or the lines below it. Ends at the first line that is not its own. */
  #blockValue(indent: number): SimpleYaml | undefined {
    if (this.#match(endOfLine) === undefined) return this.#lineValue(indent);
    if (!this.nextLine()) return undefined;
    const isList = this.#text[this.#position] === "-";
    if (this.indent < indent || (this.indent === indent && !isList)) return undefined;
    return isList ? this.#list(this.indent) : this.mapping(this.indent);
  }

  #list(indent: number): SimpleYaml | undefined {
    const offset = this.#position;
    const items: SimpleYaml[] = [];
    do {
      const marker = this.#match(listItem);
      if (marker === undefined) return undefined;
      nameOfEntry.lastIndex = this.#position;
      const item = nameOfEntry.test(this.#text)
        ? this.mapping(indent + marker[0].length)
        : this.#lineValue(indent);
      if (item === undefined) return undefined;
      items.push(item);
    } while (!this.ended && this.indent === indent && this.#text[this.#position] === "-");
    // Not deeper, for that is nobody's line; what is less deep is for those around to judge.
    if (!this.ended && this.indent > indent) return undefined;
    return { offset, value: items.map((item) => item.value), items };
  }

  /** The value on the rest of the line, and whatever of it stands below; goes on to the line after it. */
  #lineValue(indent: number): SimpleYaml | undefined {
    const offset = this.#position;
    const header = this.#match(blockHeader);
    if (header !== undefined) {
      const value = this.#blockScalar(indent, header[1] === ">", header[2] === "-");
      return value === undefined ? undefined : { offset, value };
    }
    const first = this.#text[offset];
    const isFlow = first === "[" || first === "{" || first === '"' || first === "'";
    const node = isFlow ? this.#flow() : this.#plain();
    if (node === undefined || this.#match(endAfterValue) === undefined) return undefined;
    this.nextLine();
    return node;
  }

  #plain(): SimpleYaml | undefined {
    const offset = this.#position;
    let line = this.#text.slice(offset, this.#next - 1);
    const comment = line.indexOf(" #");
    if (comment >= 0) line = line.slice(0, comment);
    line = line.replace(/ +$/, "");
    if (!/^(?:[A-Za-z0-9_(/]|\.(?!inf|nan)[a-z])/.test(line) || /:(?: |$)/.test(line))
      return undefined;
    const value = scalar(line);
    this.#position = offset + line.length;
    return value === undefined ? undefined : { offset, value };
  }

  /** The lines below a `|` or `>`: all at one depth, and none of them blank but at the end. */
  #blockScalar(indent: number, folded: boolean, stripped: boolean): string | undefined {
    const text = this.#text;
    const lines: string[] = [];
    let depth = 0;
    let position = this.#next;
    for (;;) {
      const newline = text.indexOf("\n", position);
      if (newline < 0) break;
      const line = text.slice(position, newline);
      const first = line.search(/[^ ]/);
      if (first < 0 || first <= indent) break;
      if (lines.length === 0) depth = first;
      if (first !== depth || line.endsWith(" ")) return undefined;
      lines.push(line.slice(depth));
      position = newline + 1;
    }
    if (lines.length === 0) return undefined;
    this.#next = position;
    while (text[position] === "\n") position += 1;
    const after = position;
    while (text[position] === " ") position += 1;
    // A line after blank ones may be the text's again, even where it looks like a comment.
    if (position - after > indent || text[position] === "\n") return undefined;
    this.nextLine();
    if (this.ended && !text.endsWith("\n")) return undefined;
    return lines.join(folded ? " " : "\n") + (stripped ? "" : "\n");
  }

  /** A quoted text or a collection in brackets, on one line. */
  #flow(): SimpleYaml | undefined {
    const offset = this.#position;
    const words = this.#match(quoted);
    if (words !== undefined) return { offset, value: words[1] ?? words[2] ?? "" };
    const open = this.#text[offset];
    if (open === "[") return this.#flowList();
    if (open === "{") return this.#flowMapping();
    const plain = this.#match(plainInFlow)?.[0].replace(/ +$/, "");
    const value = plain === undefined ? undefined : scalar(plain);
    return value === undefined ? undefined : { offset, value };
  }

  #flowList(): SimpleYaml | undefined {
    const offset = this.#position;
    const items: SimpleYaml[] = [];
    const end = this.#flowParts("]", () => {
      const item = this.#flow();
      if (item !== undefined) items.push(item);
      return item !== undefined;
    });
    return end ? { offset, value: items.map((item) => item.value), items } : undefined;
  }

  #flowMapping(): SimpleYaml | undefined {
    const offset = this.#position;
    const entries = new Map<string, { readonly keyOffset: number; readonly node: SimpleYaml }>();
    const value: Record<string, unknown> = {};
    const end = this.#flowParts("}", () => {
      const keyOffset = this.#position;
      const key = this.#match(nameInFlow)?.[1];
      if (key === undefined || isReserved(key) || entries.has(key)) return false;
      const node = this.#flow();
      if (node === undefined) return false;
      entries.set(key, { keyOffset, node });
      value[key] = node.value;
      return true;
    });
    return end ? { offset, value, entries } : undefined;
  }

  /** Reads parts with commas between, from the opening bracket behind the closing one. */
  #flowParts(close: string, part: () => boolean): boolean {
    const skipBlanks = () => {
      while (this.#text[this.#position] === " ") this.#position += 1;
    };
    this.#position += 1;
    skipBlanks();
    if (this.#text[this.#position] === close) {
      this.#position += 1;
      return true;
    }
    for (;;) {
      if (!part()) return false;
      skipBlanks();
      const mark = this.#text[this.#position];
      this.#position += 1;
      if (mark === close) return true;
      if (mark !== ",") return false;
      skipBlanks();
    }
  }

  /** Passes over what stands here, where it is of this form. */
  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#position;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.#position = pattern.lastIndex;
    return match;
  }
}

function isReserved(key: string): boolean {
  return key === "__proto__" || wordsWithMeaning.test(key);
}

/** What an unquoted text stands for; undefined where that takes all of YAML's rules. */
function scalar(text: string): string | number | boolean | undefined {
  if (text === "true") return true;
  if (text === "false") return false;
  const first = text.charCodeAt(0);
  const isDigit = first >= 48 && first <= 57;
  if (!isDigit) return wordsWithMeaning.test(text) ? undefined : text;
  if (/^(?:0|[1-9]\d{0,14})$|^(?:0|[1-9]\d{0,6})\.\d{1,7}$/.test(text)) return Number(text);
  return text.includes(" ") ? text : undefined;
}
