create table _failures.<relation> as <query>;

drop table if exists _failures.<relation>;

