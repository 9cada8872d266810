create table _runner.fence (
    token bigint not null
);

create table _runner.lease (
    token bigint not null,
    holder varchar(0),
    heartbeat_at timestamp
);

delete from _runner.fence;

insert into _runner.fence (token)
select max(token) from _runner.lease where token = 0;

insert into _runner.lease (token, holder, heartbeat_at) values (…);

select token, holder from _runner.lease;

update _runner.lease set heartbeat_at = sysdate where token = 0;

update _runner.lease set holder = null, heartbeat_at = null where token = 0;

update _runner.lease set token = token + 0, holder = '…', heartbeat_at = sysdate
where holder is null or heartbeat_at < sysdate - interval '…';

