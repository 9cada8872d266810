create or replace view <zone>.<relation> as <query>
with no schema binding;

create schema if not exists <schema>;

create table _physical.<relation> (<columns>);

create table _physical.<relation> as <query>;

create table _physical.<relation> diststyle all as <query>;

create table _physical.<relation> diststyle all sortkey (<columns>) as <query>;

create table _physical.<relation> diststyle key distkey (<columns>) as <query>;

create table _physical.<relation> diststyle key distkey (<columns>) sortkey (<columns>) as <query>;

create view <zone>.<relation> as <query>
with no schema binding;

create view <zone>__<environment>.<relation> as <query>
with no schema binding;

create view _physical.<relation> as <query>
with no schema binding;

delete from _physical.<relation>
where _run_id = '…';

delete from _physical.<relation>
where exists (select 0 from _physical.<relation> as staged where <same key>);

drop table if exists _physical.<relation>;

drop view if exists <zone>.<relation>;

drop view if exists <zone>__<environment>.<relation>;

drop view if exists _physical.<relation>;

insert into _physical.<relation> (<columns>)
<query>;

insert into _physical.<relation> values (…);

