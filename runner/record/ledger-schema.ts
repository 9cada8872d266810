import { failuresSchema, ledgerSchema, physicalSchema } from "../core/sql-text.ts";
import { production, schemaOf } from "../core/environment.ts";
import { zones } from "../core/relation.ts";

/** Changes with every change of a ledger's tables. */
export const ledgerVersion = 3;

/** The longest part of a version's text. */
export const versionTextBytes = 30_000;

/** Makes the ledger and the schemas of a new warehouse. */
export const ledgerSetup: readonly string[] = [
  `create schema if not exists ${ledgerSchema}`,
  `create schema if not exists ${physicalSchema}`,
  `create schema if not exists ${failuresSchema}`,
  ...zones.map((zone) => `create schema if not exists ${schemaOf(zone, production)}`),
  `create table ${ledgerSchema}.ledger (
    ledger_version integer not null,
    -- Versions that were superseded before this moment are forgotten.
    horizon timestamp
)`,
  `insert into ${ledgerSchema}.ledger (ledger_version, horizon) values (${ledgerVersion}, null)`,
  // A row for each time that a relation was published in an environment; superseded_at is null for what readers see.
  `create table ${ledgerSchema}.relation_version (
    environment varchar(64) not null,
    relation varchar(127) not null,
    publication_id varchar(64) not null,
    run_id varchar(64) not null,
    published_at timestamp not null,
    superseded_at timestamp,
    materialization varchar(20) not null,
    physical varchar(255),
    fingerprint varchar(64) not null,
    watermark varchar(64),
    source_identity varchar(255),
    is_pointed boolean not null,
    is_undone boolean not null
)`,
  // What of a version has no bound, in parts: Redshift's Data API takes statements of 100 KB and returns rows of 64 KB.
  `create table ${ledgerSchema}.version_text (
    environment varchar(64) not null,
    relation varchar(127) not null,
    publication_id varchar(64) not null,
    -- definition, columns, intervals, manifest or undo
    name varchar(20) not null,
    part integer not null,
    content varchar(${versionTextBytes}) not null
)`,
  `create table ${ledgerSchema}.run (
    run_id varchar(64) not null,
    environment varchar(64) not null,
    command varchar(1000) not null,
    options varchar(65535) not null,
    pid integer not null,
    started_at timestamp not null,
    finished_at timestamp,
    status varchar(20) not null
)`,
  // Written before a run begins anything.
  `create table ${ledgerSchema}.planned_step (
    run_id varchar(64) not null,
    step_id varchar(300) not null,
    kind varchar(20) not null,
    relations varchar(65535) not null
)`,
  // Written when a step has ended; a planned step without a row here has not.
  `create table ${ledgerSchema}.step (
    run_id varchar(64) not null,
    step_id varchar(300) not null,
    kind varchar(20) not null,
    status varchar(20) not null,
    started_at timestamp,
    finished_at timestamp,
    row_count bigint,
    message varchar(4000),
    because varchar(65535)
)`,
  `create table ${ledgerSchema}.publication (
    run_id varchar(64) not null,
    environment varchar(64) not null,
    relation varchar(127) not null,
    published_at timestamp not null,
    row_count bigint,
    byte_count bigint,
    watermark_before varchar(64),
    watermark_after varchar(64)
)`,
  // One row: who may publish. The token grows with every holder.
  `create table ${ledgerSchema}.lease (
    token bigint not null,
    holder varchar(1000),
    heartbeat_at timestamp
)`,
  `insert into ${ledgerSchema}.lease (token, holder, heartbeat_at) values (0, null, null)`,
  // A publish transaction writes its token here, which fails when the token is no longer the lease's.
  `create table ${ledgerSchema}.fence (
    token bigint not null
)`,
];
