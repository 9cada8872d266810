import { z } from "zod";
import { identifier } from "./common.ts";

/** A selector as on the command line, or a tree of them in dbt's form. */
export type SelectorDefinition = string | SelectorTree;

/** Exactly one of `union`, `intersection`, `exclude` and `method` is there; `exclude` stands only in a list. */
export interface SelectorTree {
  readonly union?: readonly SelectorDefinition[] | undefined;
  readonly intersection?: readonly SelectorDefinition[] | undefined;
  /** Takes away from all other entries of the list in which it stands. */
  readonly exclude?: readonly SelectorDefinition[] | undefined;
  readonly method?: string | undefined;
  readonly value?: string | undefined;
  readonly parents?: boolean | undefined;
  readonly parents_depth?: number | undefined;
  readonly children?: boolean | undefined;
  readonly children_depth?: number | undefined;
  readonly childrens_parents?: boolean | undefined;
}

const text = z.string().trim().min(1);
const depth = z.int().min(0).optional();
const flag = z.boolean().optional();
const list = z.array(z.lazy(() => definition)).min(1);

const tree = z
  .strictObject({
    union: list.optional(),
    intersection: list.optional(),
    exclude: list.optional(),
    method: text.optional(),
    value: text.optional(),
    parents: flag,
    parents_depth: depth,
    children: flag,
    children_depth: depth,
    childrens_parents: flag,
  })
  .refine(
    ({ union, intersection, exclude, method }) =>
      [union, intersection, exclude, method].filter((form) => form !== undefined).length === 1,
    "needs one of union, intersection, exclude and method",
  )
  .refine(
    ({ method, value }) => (method === undefined) === (value === undefined),
    "needs a value with its method",
  );

const definition: z.ZodType<SelectorDefinition> = z.union([text, tree]);

export const namedSelector = z.strictObject({
  name: identifier,
  description: z.string().trim().default(""),
  definition,
});
