import { randomBytes } from "node:crypto";
import { Failure } from "../../core/diagnostic.ts";
import { production } from "../../core/environment.ts";
import type { Engine } from "../../core/ports.ts";
import { ledgerSchema, quoteText } from "../../core/sql-text.ts";
import { ledgerTable } from "../../record/ledger-text.ts";
import { openEngine } from "../open-engine.ts";
import type { Target } from "../target.ts";
import type { RedshiftPlace } from "../warehouse-place.ts";
import { explained } from "./findings.ts";
import type { Examination } from "./findings.ts";
import { examineExchange } from "./lake-exchange.ts";

/** How long a warehouse may keep a doctor waiting that does not answer, in milliseconds. */
const patience = 10_000;

/** Looks at a Redshift warehouse by doing what a build does, in small; nothing of it is left behind. */
export async function examineRedshift(
  target: Target,
  warehouse: RedshiftPlace,
  examination: Examination,
): Promise<void> {
  const tell = () => undefined;
  const opening = openEngine({ target, command: "doctor", patience, tell });
  // A warehouse that does not open is the first finding.
  opening.catch(() => undefined);
  let user = "";
  await examination.look(
    "warehouse",
    async () => {
      const { engine } = await opening;
      const { rows } = await engine.query("select current_user as name");
      user = String(rows[0]?.name);
      return `${warehouse.address}, as ${user}`;
    },
    warehouse.endpoint === undefined ? ["credentials"] : [],
  );
  const reachable = ["warehouse"];
  const scratch = `_examined_${randomBytes(6).toString("hex")}`;
  const run = async (statements: readonly string[]) => {
    const { engine } = await opening;
    for (const statement of statements) await engine.execute(statement);
  };
  const grant = `As the database's administrator: grant create on database ${warehouse.database} to "${user}"`;
  try {
    await examination.look(
      "right to schemas",
      async () => {
        await explained(
          () => run([`create schema ${scratch}`]),
          () => ({ message: `${user} may not create schemas.`, hint: grant }),
        );
        const denied = await deniedSchemas((await opening).engine);
        if (denied.length > 0) throw deniedFailure(denied, user);
        return "they can be made and written to";
      },
      reachable,
    );
    const inScratch = [...reachable, "right to schemas"];
    const table = `${scratch}.examined`;
    const may = (what: string) => () => ({ message: `${user} may not ${what}.`, hint: grant });
    await examination.look(
      "right to tables",
      () =>
        explained(async () => {
          await run([
            `create table ${table} (id integer, name varchar(10))`,
            `insert into ${table} values (1, 'one'), (2, 'two')`,
            `create view ${scratch}.examined_view as select id from ${table} with no schema binding`,
            `drop view ${scratch}.examined_view`,
          ]);
          return "tables and late-binding views";
        }, may("create tables and views")),
      inScratch,
    );
    await examination.look(
      "right to procedures",
      () =>
        explained(
          async () => {
            await run([
              `create or replace procedure ${scratch}.examined() as $$ begin delete from ${table}; end; $$ language plpgsql`,
              `drop procedure ${scratch}.examined()`,
            ]);
            return "for transactions of more statements than a batch takes";
          },
          () => ({
            message: `${user} may not create procedures.`,
            hint: `As the administrator: grant usage on language plpgsql to "${user}"`,
          }),
        ),
      inScratch,
    );
    await examineExchange({ target, role: warehouse.iamRole, table, opening }, examination);
  } finally {
    if (examination.findings.some(({ subject, isSound }) => subject === "warehouse" && isSound)) {
      await run([`drop schema if exists ${scratch} cascade`]).catch(() => undefined);
    }
  }
  await examination.look("ledger", async () => ledgerSays((await opening).engine), reachable);
  await opening.then(
    ({ close }) => close(),
    () => undefined,
  );
}

const schemas = ["raw", "cleaned", "work", "gold", "_physical", ledgerSchema];

/** Those that are there, made by somebody else who did not share them. */
async function deniedSchemas(engine: Engine): Promise<readonly string[]> {
  const { rows } = await engine.query(
    `select cast(nspname as varchar(127)) as name from pg_catalog.pg_namespace
where nspname in (${schemas.map(quoteText).join(", ")}) and not has_schema_privilege(nspname, 'create')
order by 1`,
  );
  return rows.map(({ name }) => String(name));
}

function deniedFailure(denied: readonly string[], user: string): Failure {
  const names = denied.join(", ");
  const message = `${user} may not write to ${names}.`;
  const hint = `As their owner: grant all on schema ${names} to "${user}"`;
  return new Failure([{ code: "WAREHOUSE_DENIED", message, hint }]);
}

/** What the ledger says, without making one, and without taking the lease of a run that is under way. */
async function ledgerSays(engine: Engine): Promise<string> {
  const { hasLedger, openLedgerForReading } = await import("../../record/ledger.ts");
  if (!(await hasLedger(engine))) return "none yet: the first build makes it";
  const { published } = await openLedgerForReading(engine).state(production);
  const { rows } = await engine.query(`select holder from ${ledgerTable("lease")}`);
  const isHeld = rows[0]?.holder !== null && rows[0]?.holder !== undefined;
  const left = isHeld ? "; a run holds the lease, or was killed" : "; the lease is free";
  return `${published.size} relations published${left}`;
}
