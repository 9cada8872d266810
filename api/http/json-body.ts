import type { FastifyInstance } from "fastify";
import { ShopError } from "../errors.ts";
import type { HttpLimits } from "./limits.ts";

/** Lets JSON bodies in, and no others; with `parse: false` as the text that they are. */
export function readJson(app: FastifyInstance, limits: HttpLimits, { parse = true } = {}): void {
  // Of the keys that could reach a prototype, Fastify's own parser refuses all.
  const parseJson = app.getDefaultJsonParser("error", "error");
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<string>(
    "application/json",
    { parseAs: "string" },
    (request, body, done) => {
      if (isDeeperThan(body, limits.jsonDepth)) {
        done(nestedTooDeeply(limits.jsonDepth));
      } else if (parse && body !== "") void parseJson(request, body, done);
      else done(null, parse ? undefined : body);
    },
  );
}

function nestedTooDeeply(levels: number): ShopError {
  return new ShopError("INPUT_INVALID", `The body nests more than ${levels} levels deep.`, {
    hint: `Send objects and lists at most ${levels} levels within each other.`,
  });
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

function isOpening(code: number): boolean {
  return code === 0x7b || code === 0x5b;
}

function isClosing(code: number): boolean {
  return code === 0x7d || code === 0x5d;
}

/** Whether the JSON text nests objects and lists beyond `maximum`; read before it is parsed. */
function isDeeperThan(json: string, maximum: number): boolean {
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
