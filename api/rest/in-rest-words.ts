import type { PublicFailure } from "../failures.ts";
import { listProcedures } from "../openapi/json-schema.ts";
import { detailsToRest, isFields, restPath } from "./names.ts";
import { REST_ROUTES } from "./routes.ts";

/** Where a REST caller finds what each procedure does: at a path, or else under /trpc. */
const PLACES = new Map(
  listProcedures().map(({ path, type }) => {
    const routes = REST_ROUTES.filter((route) => route.procedure === path);
    // One that names a row by its id is found by way of the others.
    const route = routes.find((each) => !each.path.includes(":")) ?? routes[0];
    const method = type === "query" ? "GET" : "POST";
    return [path, route === undefined ? `${method} /trpc/${path}` : `${method} ${route.path}`];
  }),
);

/** A failure of a procedure as a caller of the REST paths understands it. */
export function failureInRestWords(failure: PublicFailure): PublicFailure {
  const { mercado, message, hint, details } = failure;
  return {
    mercado,
    // Only what is said of an input names fields; other messages may hold words of the caller's own.
    message: mercado === "INPUT_INVALID" ? inputInRestWords(message) : message,
    hint: proseInRestWords(hint),
    details: detailsToRest(withIssuesInRestWords(details)),
  };
}

/** Zod names unknown keys, and the summary each field. */
function inputInRestWords(message: string): string {
  const named = message.replace(/(?<=[(;] ?)[\w.]+(?=: )|(?<=")\w+(?=")/g, (name: string) =>
    restPath(name),
  );
  return proseInRestWords(named);
}

/** Of what we have written ourselves: procedures become paths, and fields are named as they are here. */
function proseInRestWords(prose: string): string {
  return prose.replace(/(?<![\w./])[a-z]\w*(?:\.\w+)*/g, (word) => {
    const place = PLACES.get(word);
    if (place !== undefined) return place;
    return /[A-Z]/.test(word) ? restPath(word) : word;
  });
}

function withIssuesInRestWords(details: unknown): unknown {
  if (!isFields(details) || !Array.isArray(details["issues"])) return details;
  const issues = details["issues"].map((issue: unknown) =>
    isFields(issue) && typeof issue["message"] === "string"
      ? { ...issue, message: inputInRestWords(issue["message"]) }
      : issue,
  );
  return { ...details, issues };
}
