import type { SQLQuery } from "@databases/pg";
import { sql } from "./pool.ts";

/** What the audit trail says of a change of price or stock beside the numbers. */
export interface Acting {
  /** Of a caller `vendor:3` or `admin`; of a checkout `reservation:<id>`, of a refund `refund:<id>`. */
  readonly actor: string;
  readonly reason: string | null;
}

/**
 * A from-item named `acting` that tells the database, until the transaction ends, who changes what. It costs no statement
 * of its own; the statement has to look at `acting.actor`, or it may be left out of the plan.
 */
export function setActing({ actor, reason }: Acting): SQLQuery {
  return sql`(select set_config('mercado.actor', ${actor}, true) as actor,
    set_config('mercado.reason', ${reason ?? ""}, true) as reason) as acting`;
}
