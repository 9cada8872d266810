import { EXAMPLES } from "./examples.ts";
import { listProcedures, schemaOf, type JsonSchema, type ProcedureFacts } from "./json-schema.ts";
import { OUTPUTS, type ProcedurePath } from "./outputs.ts";

function outputOf(path: string): JsonSchema {
  const output = OUTPUTS[path as ProcedurePath];
  return output === undefined ? {} : schemaOf(output, "output");
}

/** Nobody's token is needed where anonymous callers get through. */
export function securityOf(roles: readonly string[]): object[] {
  return roles.includes("anonymous") ? [{}, { bearer: [] }] : [{ bearer: [] }];
}

export function rolesText(roles: readonly string[]): string {
  return `For: ${roles.join(", ")}.`;
}

/** One operation for each procedure: a query is a GET with its input as JSON in the URL, a mutation a POST. */
export function trpcPaths(): Record<string, object> {
  return Object.fromEntries(
    listProcedures().map((procedure) => [`/trpc/${procedure.path}`, operation(procedure)]),
  );
}

function operation(procedure: ProcedureFacts): object {
  const { path, type, input, roles } = procedure;
  const example = EXAMPLES[path];
  const content =
    input === undefined
      ? undefined
      : {
          "application/json": {
            schema: input,
            ...(example?.input === undefined ? {} : { example: example.input }),
          },
        };
  const common = {
    operationId: path,
    tags: [path.split(".")[0]],
    summary: example?.summary ?? path,
    description: rolesText(roles),
    security: securityOf(roles),
    responses: {
      "200": {
        description: "The answer, in result.data.",
        content: { "application/json": { schema: resultOf(outputOf(path)) } },
      },
      default: { $ref: "#/components/responses/TrpcFailed" },
    },
  };
  const required = (input?.required?.length ?? 0) > 0;
  if (type === "mutation") {
    return {
      post: { ...common, ...(content === undefined ? {} : { requestBody: { required, content } }) },
    };
  }
  const parameter = { name: "input", in: "query", required, content };
  return { get: { ...common, parameters: content === undefined ? [] : [parameter] } };
}

function resultOf(output: JsonSchema): JsonSchema {
  return {
    type: "object",
    properties: {
      result: { type: "object", properties: { data: output }, required: ["data"] },
    },
    required: ["result"],
  };
}
