call _runner.publish_<hash>_<number>();

create or replace procedure _runner.publish_<hash>_<number>() as $s$
begin
<statements>
end;
$s$ language plpgsql;

drop procedure _runner.publish_<hash>_<number>();

