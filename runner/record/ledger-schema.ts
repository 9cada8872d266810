import { ledgerSchema, physicalSchema } from "../core/sql-text.ts";
import { zones } from "../core/relation.ts";

/** Makes the ledger and the schemas of a warehouse; doing so again changes nothing. */
export const ledgerSetup: readonly string[] = [
  `create schema if not exists ${ledgerSchema}`,
  `create schema if not exists ${physicalSchema}`,
  ...zones.map((zone) => `create schema if not exists ${zone}`),
  `create table if not exists ${ledgerSchema}.run (
    run_id varchar(64) not null,
    command varchar(1000) not null,
    pid integer not null,
    started_at timestamp not null,
    finished_at timestamp,
    status varchar(20) not null
)`,
  `create table if not exists ${ledgerSchema}.step (
    run_id varchar(64) not null,
    step_id varchar(300) not null,
    kind varchar(20) not null,
    status varchar(20) not null,
    started_at timestamp,
    finished_at timestamp,
    row_count bigint,
    message varchar(4000)
)`,
  `create table if not exists ${ledgerSchema}.published (
    relation varchar(127) not null,
    materialization varchar(20) not null,
    physical varchar(255),
    columns varchar(65535) not null,
    run_id varchar(64) not null,
    published_at timestamp not null
)`,
  // Every physical table that was ever public, until it is collected.
  `create table if not exists ${ledgerSchema}.physical_version (
    relation varchar(127) not null,
    physical varchar(255) not null,
    run_id varchar(64) not null,
    superseded_at timestamp
)`,
  `create table if not exists ${ledgerSchema}.watermark (
    relation varchar(127) not null,
    high_value varchar(64) not null,
    run_id varchar(64) not null
)`,
  `create table if not exists ${ledgerSchema}.extracted_identity (
    relation varchar(127) not null,
    identity varchar(255) not null,
    run_id varchar(64) not null
)`,
  // is_pointed tells whether the lake's pointer is known to have followed.
  `create table if not exists ${ledgerSchema}.lake_manifest (
    relation varchar(127) not null,
    run_id varchar(64) not null,
    content varchar not null,
    published_at timestamp not null,
    superseded_at timestamp,
    is_pointed boolean not null
)`,
];
