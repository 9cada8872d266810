select * from (<query>) as described limit 0;

select * from (<query>) as failing limit 0;

select <columns> from (<query>) as compared_rows;

select <columns>, count(*) as row_count from _physical.<relation> group by <columns> having count(*) > 0;

select cast(role_name as varchar(0)) as role_name from svv_roles where left(role_name, 0) = '…' order by 0;

select coalesce(sum(row_count), 0) as failures from (<query>) as failing;

select count(*) as failures from (<query>) as failing;

select count(*) as row_count
from _physical.<relation>;

select count(*) as row_count from (<query>) as rows;

select count(*) as row_count, <totals>
from _physical.<relation>;

select count(*) as row_count, cast(greatest(max(<cursor>), '…') as varchar) as watermark from _physical.<relation>;

select count(*) as row_count, cast(max(<cursor>) as varchar) as watermark from _physical.<relation>;

select count(*) as row_count, cast(null as varchar) as watermark from _physical.<relation>;

select … from _physical.<relation> where <key is null>;

