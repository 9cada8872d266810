create schema if not exists _runner;

create schema if not exists _physical;

create schema if not exists _failures;

create schema if not exists "raw";

create schema if not exists cleaned;

create schema if not exists work;

create schema if not exists gold;

create table _runner.ledger (
    ledger_version integer not null,
    -- Versions that were superseded before this moment are forgotten.
    horizon timestamp
);

insert into _runner.ledger (ledger_version, horizon) values (3, null);

create table _runner.relation_version (
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
);

create table _runner.version_text (
    environment varchar(64) not null,
    relation varchar(127) not null,
    publication_id varchar(64) not null,
    -- definition, columns, intervals, manifest or undo
    name varchar(20) not null,
    part integer not null,
    content varchar(30000) not null
);

create table _runner.run (
    run_id varchar(64) not null,
    environment varchar(64) not null,
    command varchar(1000) not null,
    options varchar(65535) not null,
    pid integer not null,
    started_at timestamp not null,
    finished_at timestamp,
    status varchar(20) not null
);

create table _runner.planned_step (
    run_id varchar(64) not null,
    step_id varchar(300) not null,
    kind varchar(20) not null,
    relations varchar(65535) not null
);

create table _runner.step (
    run_id varchar(64) not null,
    step_id varchar(300) not null,
    kind varchar(20) not null,
    status varchar(20) not null,
    started_at timestamp,
    finished_at timestamp,
    row_count bigint,
    message varchar(4000),
    because varchar(65535)
);

create table _runner.publication (
    run_id varchar(64) not null,
    environment varchar(64) not null,
    relation varchar(127) not null,
    published_at timestamp not null,
    row_count bigint,
    byte_count bigint,
    watermark_before varchar(64),
    watermark_after varchar(64)
);

create table _runner.lease (
    token bigint not null,
    holder varchar(1000),
    heartbeat_at timestamp
);

insert into _runner.lease (token, holder, heartbeat_at) values (0, null, null);

create table _runner.fence (
    token bigint not null
);

update _runner.relation_version set superseded_at = cast('2026-01-01 00:00:00.000' as timestamp)
where environment = 'production' and superseded_at is null and relation in ('gold.sales');

insert into _runner.relation_version (environment, relation, publication_id, run_id, published_at, superseded_at, materialization, physical, fingerprint, watermark, source_identity, is_pointed, is_undone) values
    ('production', 'gold.sales', 'r20260101_000000_000_aaaa', 'r20260101_000000_000_aaaa', cast('2026-01-01 00:00:00.000' as timestamp), null, 'incremental', '_physical.gold__sales__r20260101_000000_000_aaaa__rows', '0123456789abcdef', '2025-12-31 00:00:00', null, false, false);

insert into _runner.version_text (environment, relation, publication_id, name, part, content) values
    ('production', 'gold.sales', 'r20260101_000000_000_aaaa', 'definition', 0, 'select transaction_id, line_number, kind, refers_to_transaction_id, refers_to_line_number, item_id, customer_id, vendor_id, category_id, date_id, unit_price, qty, total_price, sold_at, loaded_at from _physical.gold__sales__r20260101_000000_000_aaaa__rows'),
    ('production', 'gold.sales', 'r20260101_000000_000_aaaa', 'columns', 0, '[{"name":"transaction_id","type":"varchar(36)"},{"name":"line_number","type":"integer"},{"name":"kind","type":"varchar(10)"},{"name":"refers_to_transaction_id","type":"varchar(36)"},{"name":"refers_to_line_number","type":"integer"},{"name":"item_id","type":"integer"},{"name":"customer_id","type":"integer"},{"name":"vendor_id","type":"integer"},{"name":"category_id","type":"integer"},{"name":"date_id","type":"integer"},{"name":"unit_price","type":"decimal(10,2)"},{"name":"qty","type":"integer"},{"name":"total_price","type":"decimal(18,2)"},{"name":"sold_at","type":"timestamp"},{"name":"loaded_at","type":"timestamp"}]');
