import { expect, test } from "@jest/globals";
import { printBytes } from "./byte-size.ts";

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.0 kB"],
  [999_949, "999.9 kB"],
  [999_950, "1.0 MB"],
  [1_234_567_890, "1.2 GB"],
])("%i bytes read as %s", (bytes, text) => {
  expect(printBytes(bytes)).toBe(text);
});
