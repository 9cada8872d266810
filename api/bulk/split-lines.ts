/** Of one line of an upload, in bytes; also of a row of CSV that goes over several. */
export const MAXIMUM_LINE_BYTES = 65_536;
export const LINE_TOO_LONG = `the line is longer than ${MAXIMUM_LINE_BYTES} bytes`;
export const NOT_UTF8 = "the line is not UTF-8";

const NEWLINE = 0x0a;

/** A line of a body, numbered as an editor does, without its end; `bytes` undefined for one that is too long to be kept. */
export interface Line {
  line: number;
  bytes: Buffer | undefined;
}

export async function* splitLines(body: AsyncIterable<Buffer>): AsyncGenerator<Line, void> {
  let line = 0;
  let begun: Buffer[] = [];
  let length = 0;
  function whole(): Line {
    const bytes = length > MAXIMUM_LINE_BYTES ? undefined : Buffer.concat(begun);
    begun = [];
    length = 0;
    line += 1;
    return { line, bytes: bytes?.at(-1) === 0x0d ? bytes.subarray(0, -1) : bytes };
  }
  function take(part: Buffer): void {
    length += part.length;
    if (length <= MAXIMUM_LINE_BYTES) begun.push(part);
    else begun = [];
  }
  for await (const chunk of body) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      take(chunk.subarray(start, end));
      start = end + 1;
      yield whole();
    }
    take(chunk.subarray(start));
  }
  if (length > 0) yield whole();
}
