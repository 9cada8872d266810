import type { Probe, RightProbe, SightProbe } from "../../access/probes.ts";
import { StatementFailure } from "../../core/statement-failure.ts";
import { probeName } from "../../access/wanted.ts";
import type { Access } from "../../core/access.ts";
import type { ActingUsers, Engine, Row } from "../../core/ports.ts";
import {
  actionStatements,
  filterFor,
  sightQuery,
} from "../../dialect/redshift/access/probe-statements.ts";
import { redshiftDialect } from "../../dialect/redshift/dialect.ts";

/** What a role was let do, or saw, beside what is declared. */
export interface ProbeResult {
  readonly role: string;
  /** In words, such as `gold.customer.email`. */
  readonly what: string;
  readonly expected: string;
  readonly found: string;
  readonly isAsDeclared: boolean;
  /** What Redshift said of a refusal. */
  readonly cause?: string;
}

interface Surroundings {
  readonly engine: Engine;
  readonly acting: ActingUsers;
  readonly access: Access;
  readonly prefix: string;
}

export function runProbe(probe: Probe, context: Surroundings): Promise<readonly ProbeResult[]> {
  switch (probe.kind) {
    case "right":
      return tryRight(probe, context);
    case "sight":
      return compareSight(probe, context);
    default:
      return probe satisfies never;
  }
}

async function tryRight(
  { role, action, isAllowed }: RightProbe,
  { acting, prefix }: Surroundings,
): Promise<readonly ProbeResult[]> {
  const refusal = await acting.attempt(probeName(prefix, role), actionStatements(action));
  const on = "zone" in action ? action.zone : "table" in action ? action.table : action.relation;
  const expected = isAllowed ? "allowed" : "denied";
  const found = refusal === undefined ? "allowed" : "denied";
  return [
    {
      ...{ role, what: `${action.kind} ${on}`, expected, found, isAsDeclared: expected === found },
      ...(refusal === undefined ? {} : { cause: refusal }),
    },
  ];
}

const dialect = redshiftDialect({ iamRole: "default" });

/**
 * Compares what a role sees with what the superuser sees through the same masks and the same filter. A mask that shows
 * what the superuser sees without it is none, but where there is nothing to see.
 */
async function compareSight(
  { role, relation, columns, filter }: SightProbe,
  { engine, acting, access, prefix }: Surroundings,
): Promise<readonly ProbeResult[]> {
  const user = probeName(prefix, role.name);
  const [example] = role.members;
  const condition =
    filter === undefined
      ? undefined
      : filterFor(filter, { user, attributes: example?.attributes ?? {} });
  const as = {
    maskKey: access.maskKey,
    columnType: (type: (typeof columns)[number]["type"]) => dialect.columnType(type),
    ...(condition === undefined ? {} : { condition }),
  };
  const clear = columns.map(({ name, type }) => ({ name, type }));
  const [seen] = await acting.query(user, sightQuery(relation, columns)).then(
    ({ rows }) => rows,
    (error: unknown) => {
      if (!(error instanceof StatementFailure)) throw error;
      return [];
    },
  );
  const [wanted] = (await engine.query(sightQuery(relation, columns, { masked: as }))).rows;
  const [plain] = (await engine.query(sightQuery(relation, clear, { masked: as }))).rows;
  const result = (what: string, expected: string, found: string): ProbeResult => {
    return { role: role.name, what, expected, found, isAsDeclared: expected === found };
  };
  const rows = result(
    `rows of ${relation}`,
    `${String(wanted?.row_count)} rows`,
    seen === undefined ? "denied" : `${String(seen.row_count)} rows`,
  );
  return [
    ...(filter === undefined ? [] : [rows]),
    ...columns.map(({ name, mask }, index) => {
      const [isWanted, isPlain] = [same(seen, wanted, index), same(seen, plain, index)];
      const expected = mask === undefined ? "clear" : "masked";
      const isEmpty = Number(plain?.[`values_${index}`]) === 0;
      const other = seen === undefined ? "denied" : isPlain ? "clear" : "something else";
      const found = isWanted && (mask === undefined || isEmpty || !isPlain) ? expected : other;
      return result(`${relation}.${name}`, expected, found);
    }),
  ];
}

function same(one: Row | undefined, other: Row | undefined, index: number): boolean {
  return ["values", "lowest", "highest"].every(
    (name) => String(one?.[`${name}_${index}`]) === String(other?.[`${name}_${index}`]),
  );
}
