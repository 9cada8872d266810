import type { Client } from "pg";
import type { StatementResult } from "../statement-result.ts";
import {
  alterMaskingPolicy,
  attachMaskingPolicy,
  createMaskingPolicy,
  detachMaskingPolicy,
  dropMaskingPolicy,
} from "./masking-policies.ts";
import {
  alterRowPolicy,
  attachRowPolicy,
  createRowPolicy,
  detachRowPolicy,
  dropRowPolicy,
} from "./row-policies.ts";
import type { Words } from "./words.ts";

/** Runs a statement from behind the words by which it was known. */
export type Run = (client: Client, words: Words) => Promise<StatementResult>;

/** Statements about policies by their first words. */
export const policyStatements: readonly (readonly [string, Run])[] = [
  ["create masking policy", createMaskingPolicy],
  ["alter masking policy", alterMaskingPolicy],
  ["drop masking policy", dropMaskingPolicy],
  ["attach masking policy", attachMaskingPolicy],
  ["detach masking policy", detachMaskingPolicy],
  ["create rls policy", createRowPolicy],
  ["alter rls policy", alterRowPolicy],
  ["drop rls policy", dropRowPolicy],
  ["attach rls policy", attachRowPolicy],
  ["detach rls policy", detachRowPolicy],
];
