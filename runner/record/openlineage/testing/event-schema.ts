import { Ajv2020 } from "ajv/dist/2020.js";
import type { ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

const text = { type: "string" };
const uri = { type: "string", format: "uri" };
const time = { type: "string", format: "date-time" };
const id = { type: "string", format: "uuid" };

/** An object of which only some members are needed, and which may have others. */
function object(properties: Readonly<Record<string, object>>, required: readonly string[]): object {
  return { type: "object", properties, required };
}

const list = (items: object) => ({ type: "array", items });

/** A facet says who made it and by which schema. */
function facet(properties: Readonly<Record<string, object>>, required: readonly string[]): object {
  return object({ _producer: uri, _schemaURL: uri, ...properties }, [
    ...["_producer", "_schemaURL"],
    ...required,
  ]);
}

const anyFacet = facet({ _deleted: { type: "boolean" } }, []);

/** Facets by name: these as their own schemas want them, any other as a facet at least. */
function facets(known: Readonly<Record<string, object>>): object {
  return { type: "object", properties: known, additionalProperties: anyFacet };
}

const jobName = object({ namespace: text, name: text }, ["namespace", "name"]);

/** 1-0-1 */
const parentRun = facet({ run: object({ runId: id }, ["runId"]), job: jobName }, ["run", "job"]);

/** 1-0-1 */
const errorMessage = facet({ message: text, programmingLanguage: text, stackTrace: text }, [
  ...["message", "programmingLanguage"],
]);

/** 1-1-1, but for fields within fields, which no relation has. */
const schema = facet(
  { fields: list(object({ name: text, type: text, description: text }, ["name"])) },
  [],
);

const transformation = object(
  { type: text, subtype: text, description: text, masking: { type: "boolean" } },
  ["type"],
);
const inputField = object(
  { namespace: text, name: text, field: text, transformations: list(transformation) },
  ["namespace", "name", "field"],
);

/** 1-2-0 */
const columnLineage = facet(
  {
    fields: {
      type: "object",
      additionalProperties: object(
        {
          inputFields: list(inputField),
          transformationDescription: text,
          transformationType: text,
        },
        ["inputFields"],
      ),
    },
    dataset: list(inputField),
  },
  ["fields"],
);

function dataset(ownFacets: string): object {
  return object(
    {
      ...{ namespace: text, name: text, facets: facets({ schema, columnLineage }) },
      [ownFacets]: facets({}),
    },
    ["namespace", "name"],
  );
}

/** A run's event as OpenLineage's schema 2-0-2 has it, and the facets that the runner sends as theirs have them. */
const runEvent = object(
  {
    ...{ eventTime: time, producer: uri, schemaURL: uri },
    eventType: { enum: ["START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"] },
    run: object({ runId: id, facets: facets({ parent: parentRun, errorMessage }) }, ["runId"]),
    job: object({ namespace: text, name: text, facets: facets({}) }, ["namespace", "name"]),
    inputs: list(dataset("inputFacets")),
    outputs: list(dataset("outputFacets")),
  },
  ["eventTime", "producer", "schemaURL", "run", "job"],
);

/** Tells whether something is such an event; its `errors` say what is wrong with the last one. */
export function eventSchema(): ValidateFunction {
  const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false });
  addFormats.default(ajv);
  return ajv.compile(runEvent);
}
