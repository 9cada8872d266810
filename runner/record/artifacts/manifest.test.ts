import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { compile } from "../../compile/compile.ts";
import { modelOf } from "../../execute/testing/models.ts";
import { graphOf } from "../../graph/testing/project.ts";
import { createManifest, manifestText, printManifest } from "./manifest.ts";

const names = ["gold.a", "gold.b", "work.c", "cleaned.d"] as const;

test("a manifest has one text, whether it was made as a whole or line by line", () => {
  const models = fc
    .subarray([...names])
    .map((chosen) =>
      chosen.map((name, index) =>
        modelOf(
          name,
          { type: "view" },
          "id integer",
          index === 0 ? "select 1 as id" : `select id from {{ref "${chosen[index - 1] ?? ""}"}}`,
        ),
      ),
    );
  fc.assert(
    fc.property(models, (chosen) => {
      const parts = { partials: new Map(), helpers: new Map(), helperChecksums: new Map() };
      const compiled = compile(graphOf({ models: chosen }), { ...parts, vars: {}, env: {} });
      expect(manifestText("p", compiled)).toBe(printManifest(createManifest("p", compiled)));
    }),
    { numRuns: 30 },
  );
});
