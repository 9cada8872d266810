const QUOTE = 0x22;
const BACKSLASH = 0x5c;

function isOpening(code: number): boolean {
  return code === 0x7b || code === 0x5b;
}

function isClosing(code: number): boolean {
  return code === 0x7d || code === 0x5d;
}

/** Whether the JSON text nests objects and lists beyond `maximum`; read before it is parsed. */
export function isDeeperThan(json: string, maximum: number): boolean {
  let depth = 0;
  let quoted = false;
  for (let index = 0; index < json.length; index += 1) {
    const code = json.charCodeAt(index);
    if (quoted) {
      if (code === BACKSLASH) index += 1;
      else if (code === QUOTE) quoted = false;
    } else if (code === QUOTE) quoted = true;
    else if (isOpening(code)) {
      depth += 1;
      if (depth > maximum) return true;
    } else if (isClosing(code)) depth -= 1;
  }
  return false;
}
