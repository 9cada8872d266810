import { restName } from "../rest/names.ts";
import { REST_ROUTES, type RestRoute } from "../rest/routes.ts";
import { REST_EXAMPLES } from "./examples.ts";
import {
  demanding,
  listProcedures,
  schemaInRestWords,
  schemaOf,
  without,
  type JsonSchema,
  type ProcedureFacts,
} from "./json-schema.ts";
import { OUTPUTS, type ProcedurePath } from "./outputs.ts";
import { rolesText, securityOf } from "./trpc-paths.ts";

/** In OpenAPI's own notation of parameters. */
export function openApiPath(path: string): string {
  return path.replace(/:(\w+)/g, "{$1}");
}

export function restPaths(): Record<string, Record<string, object>> {
  const procedures = new Map(listProcedures().map((facts) => [facts.path, facts]));
  const paths: Record<string, Record<string, object>> = {};
  for (const route of REST_ROUTES) {
    const facts = procedures.get(route.procedure);
    if (facts === undefined) throw new Error(`there is no procedure ${route.procedure}`);
    const path = (paths[openApiPath(route.path)] ??= {});
    path[route.method.toLowerCase()] = operation(route, facts);
  }
  return paths;
}

function operation(route: RestRoute, { input = {}, roles }: ProcedureFacts): object {
  const schema = schemaInRestWords(input);
  const { method, path, summary, status } = route;
  const output = OUTPUTS[route.procedure as ProcedurePath];
  const body = method === "POST" ? { requestBody: bodyOf(route, schema) } : {};
  return {
    operationId: `${method.toLowerCase()} ${path}`,
    tags: ["REST"],
    summary,
    description: `As the procedure ${route.procedure}. ${rolesText(roles)}`,
    security: securityOf(roles),
    parameters: parametersOf(route, schema),
    ...body,
    responses: {
      [status]: {
        description: status === 201 ? "Created." : "Found.",
        content: {
          "application/json": {
            schema: output === undefined ? {} : schemaInRestWords(schemaOf(output, "output")),
          },
        },
      },
      default: { $ref: "#/components/responses/Failed" },
    },
  };
}

function bodyOf(route: RestRoute, schema: JsonSchema): object {
  const elsewhere = (route.queryFields ?? []).map(restName);
  const rest = without(schema, elsewhere);
  const ignored: Record<string, JsonSchema> = {};
  for (const name of route.ignored ?? []) {
    ignored[restName(name)] = { description: "Accepted and ignored." };
  }
  const optional = (route.optional ?? []).map(restName);
  const required = rest.required?.filter((name) => !optional.includes(name)) ?? [];
  const known = { ...rest, properties: { ...rest.properties, ...ignored } };
  const example = REST_EXAMPLES[`${route.method} ${route.path}`]?.body;
  return {
    required: true,
    content: {
      "application/json": {
        schema: demanding(known, required),
        ...(example === undefined ? {} : { example }),
      },
    },
  };
}

function parametersOf(route: RestRoute, schema: JsonSchema): object[] {
  const inPath = [...route.path.matchAll(/:(\w+)/g)].map(([, name = ""]) => name);
  const inQuery =
    route.method === "GET"
      ? Object.keys(schema.properties ?? {}).filter((name) => !inPath.includes(name))
      : (route.queryFields ?? []).map(restName);
  const parameter = (name: string, place: "path" | "query") => ({
    name,
    in: place,
    required: place === "path" || (schema.required?.includes(name) ?? false),
    schema: schema.properties?.[name] ?? {},
  });
  const key = {
    name: "Idempotency-Key",
    in: "header",
    required: false,
    description: "One for each intended purchase; repeated, it gives the first answer.",
    schema: { type: "string", maxLength: 128 },
  };
  return [
    ...inPath.map((name) => parameter(name, "path")),
    ...inQuery.map((name) => parameter(name, "query")),
    ...(route.procedure === "checkout.create" ? [key] : []),
  ];
}
