import { writeFileSync } from "node:fs";
import { format } from "prettier";
import { lakeSchemas } from "../lake/manifest-schema.ts";
import { jsonSchemas } from "../parse/schema/json-schemas.ts";
import { artifactSchemas } from "../record/artifacts/schemas.ts";

for (const [name, schema] of Object.entries({
  ...jsonSchemas(),
  ...artifactSchemas(),
  ...lakeSchemas(),
})) {
  const text = await format(JSON.stringify(schema), { parser: "json", printWidth: 100 });
  writeFileSync(new URL(`../schemas/${name}.schema.json`, import.meta.url), text);
}
