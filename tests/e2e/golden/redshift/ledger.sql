create table _runner.ledger (
    ledger_version integer not null,
    -- Versions that were superseded before this moment are forgotten.
    horizon timestamp
);

create table _runner.planned_step (
    run_id varchar(0) not null,
    step_id varchar(0) not null,
    kind varchar(0) not null,
    relations varchar(0) not null
);

create table _runner.publication (
    run_id varchar(0) not null,
    environment varchar(0) not null,
    relation varchar(0) not null,
    published_at timestamp not null,
    row_count bigint,
    byte_count bigint,
    watermark_before varchar(0),
    watermark_after varchar(0)
);

create table _runner.relation_version (
    environment varchar(0) not null,
    relation varchar(0) not null,
    publication_id varchar(0) not null,
    run_id varchar(0) not null,
    published_at timestamp not null,
    superseded_at timestamp,
    materialization varchar(0) not null,
    physical varchar(0),
    fingerprint varchar(0) not null,
    watermark varchar(0),
    source_identity varchar(0),
    is_pointed boolean not null,
    is_undone boolean not null
);

create table _runner.run (
    run_id varchar(0) not null,
    environment varchar(0) not null,
    command varchar(0) not null,
    options varchar(0) not null,
    pid integer not null,
    started_at timestamp not null,
    finished_at timestamp,
    status varchar(0) not null
);

create table _runner.step (
    run_id varchar(0) not null,
    step_id varchar(0) not null,
    kind varchar(0) not null,
    status varchar(0) not null,
    started_at timestamp,
    finished_at timestamp,
    row_count bigint,
    message varchar(0),
    because varchar(0)
);

create table _runner.version_text (
    environment varchar(0) not null,
    relation varchar(0) not null,
    publication_id varchar(0) not null,
    -- definition, columns, intervals, manifest or undo
    name varchar(0) not null,
    part integer not null,
    content varchar(0) not null
);

delete from _runner.planned_step where run_id in (select run_id from _runner.run where status <> '…' and coalesce(finished_at, started_at) < '…'
  and run_id <> (select max(run_id) from _runner.run));

delete from _runner.publication where published_at < '…'
  and run_id not in (select run_id from _runner.run)
  and run_id not in (select max(run_id) from _runner.publication where published_at < '…' and (environment = '…' or environment in (select environment from _runner.relation_version)) group by environment)
  and relation || '…' || run_id not in (select relation || '…' || min(run_id) from _runner.publication group by relation);

delete from _runner.relation_version where superseded_at < '…';

delete from _runner.run where status <> '…' and coalesce(finished_at, started_at) < '…'
  and run_id <> (select max(run_id) from _runner.run);

delete from _runner.step where run_id in (select run_id from _runner.run where status <> '…' and coalesce(finished_at, started_at) < '…'
  and run_id <> (select max(run_id) from _runner.run));

delete from _runner.version_text
where environment = '…' and relation = '…' and publication_id = '…' and name = '…';

delete from _runner.version_text
where environment || '…' || relation || '…' || publication_id in (select environment || '…' || relation || '…' || publication_id from _runner.relation_version where published_at < '…') and name = '…';

delete from _runner.version_text
where environment || '…' || relation || '…' || publication_id in (select environment || '…' || relation || '…' || publication_id from _runner.relation_version where superseded_at < '…');

insert into _runner.ledger (ledger_version, horizon) values (…);

insert into _runner.planned_step (run_id, step_id, kind, relations) values (…);

insert into _runner.publication (run_id, environment, relation, published_at, row_count, byte_count, watermark_before, watermark_after) values (…);

insert into _runner.relation_version (environment, relation, publication_id, run_id, published_at, superseded_at, materialization, physical, fingerprint, watermark, source_identity, is_pointed, is_undone) values (…);

insert into _runner.run (run_id, environment, command, options, pid, started_at, finished_at, status) values (…);

insert into _runner.step (run_id, step_id, kind, status, started_at, finished_at, row_count, message, because) values (…);

insert into _runner.version_text (environment, relation, publication_id, name, part, content) values (…);

select cast(horizon as varchar) as horizon from _runner.ledger;

select cast(max(case when finished_at > started_at then finished_at else started_at end) as varchar) as latest from _runner.run;

select distinct run_id, cast(published_at as varchar) as published_at
from _runner.publication where environment = '…' order by run_id;

select environment, relation from _runner.relation_version
where superseded_at is null and environment <> '…' order by environment, relation;

select environment, relation, publication_id, name, content from _runner.version_text where environment || '…' || relation || '…' || publication_id in (select environment || '…' || relation || '…' || publication_id from _runner.relation_version where 0 = 0) order by environment, relation, publication_id, name, part;

select environment, relation, publication_id, name, content from _runner.version_text where environment || '…' || relation || '…' || publication_id in (select environment || '…' || relation || '…' || publication_id from _runner.relation_version where environment = '…') order by environment, relation, publication_id, name, part;

select environment, relation, publication_id, name, content from _runner.version_text where environment || '…' || relation || '…' || publication_id in (select environment || '…' || relation || '…' || publication_id from _runner.relation_version where superseded_at < '…') order by environment, relation, publication_id, name, part;

select environment, relation, publication_id, name, content from _runner.version_text where environment || '…' || relation || '…' || publication_id in (select environment || '…' || relation || '…' || publication_id from _runner.relation_version where superseded_at is null and environment in ('…')) order by environment, relation, publication_id, name, part;

select environment, relation, publication_id, name, content from _runner.version_text where environment || '…' || relation || '…' || publication_id in (select environment || '…' || relation || '…' || publication_id from _runner.relation_version where superseded_at is null and not is_pointed) order by environment, relation, publication_id, name, part;

select environment, relation, publication_id, name, content from _runner.version_text where environment || '…' || relation || '…' || publication_id in (select environment || '…' || relation || '…' || publication_id from _runner.relation_version where superseded_at is null or not (superseded_at < '…')) order by environment, relation, publication_id, name, part;

select environment, relation, publication_id, run_id, cast(published_at as varchar) as published_at, cast(superseded_at as varchar) as superseded_at, materialization, physical, fingerprint, watermark, source_identity, is_pointed, is_undone from _runner.relation_version where 0 = 0 order by publication_id, relation;

select environment, relation, publication_id, run_id, cast(published_at as varchar) as published_at, cast(superseded_at as varchar) as superseded_at, materialization, physical, fingerprint, watermark, source_identity, is_pointed, is_undone from _runner.relation_version where environment = '…' order by publication_id, relation;

select environment, relation, publication_id, run_id, cast(published_at as varchar) as published_at, cast(superseded_at as varchar) as superseded_at, materialization, physical, fingerprint, watermark, source_identity, is_pointed, is_undone from _runner.relation_version where superseded_at < '…' order by publication_id, relation;

select environment, relation, publication_id, run_id, cast(published_at as varchar) as published_at, cast(superseded_at as varchar) as superseded_at, materialization, physical, fingerprint, watermark, source_identity, is_pointed, is_undone from _runner.relation_version where superseded_at is null and environment in ('…') order by publication_id, relation;

select environment, relation, publication_id, run_id, cast(published_at as varchar) as published_at, cast(superseded_at as varchar) as superseded_at, materialization, physical, fingerprint, watermark, source_identity, is_pointed, is_undone from _runner.relation_version where superseded_at is null and not is_pointed order by publication_id, relation;

select environment, relation, publication_id, run_id, cast(published_at as varchar) as published_at, cast(superseded_at as varchar) as superseded_at, materialization, physical, fingerprint, watermark, source_identity, is_pointed, is_undone from _runner.relation_version where superseded_at is null or not (superseded_at < '…') order by publication_id, relation;

select ledger_version from _runner.ledger;

select max(run_id) as latest from _runner.publication where environment = '…';

select relation from _runner.publication
group by relation having min(published_at) < '…';

select relation from _runner.relation_version where environment = '…'
group by relation having count(*) = count(superseded_at) order by relation;

select run_id from _runner.run where status = '…' order by started_at;

update _runner.ledger set horizon = '…' where horizon is null or horizon < '…';

update _runner.relation_version set is_pointed = true
where superseded_at is null and environment || '…' || relation in ('…');

update _runner.relation_version set is_undone = true
where environment = '…' and relation = '…' and publication_id = '…';

update _runner.relation_version set superseded_at = '…'
where environment = '…' and superseded_at is null and relation in ('…');

update _runner.run set status = '…', finished_at = '…' where run_id = '…';

