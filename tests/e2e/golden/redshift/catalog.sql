select table_name from information_schema.tables where table_schema = '…';

select table_name, table_type from information_schema.tables where table_schema = '…';

