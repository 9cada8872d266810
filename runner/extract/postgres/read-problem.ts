/** A value does not fit its declared type. Reading the rows again as texts tells which one and why. */
export class Misfit extends Error {
  constructor(what: string) {
    super(what);
    this.name = "Misfit";
  }
}

export class RowTooLong extends Error {
  constructor() {
    super("a row is too long");
    this.name = "RowTooLong";
  }
}

/** `fields` are the whole row's, as they came. */
export class NotUtf8 extends Error {
  readonly column: string;
  readonly fields: readonly (Buffer | undefined)[];

  constructor(column: string, fields: readonly (Buffer | undefined)[]) {
    super(`column ${column} holds bytes that are no UTF-8`);
    this.name = "NotUtf8";
    this.column = column;
    this.fields = fields;
  }
}
