import type { Knex } from "knex";

const ARCHIVING = `
  alter table customer add column archived_at timestamptz(6);
  alter table vendor add column archived_at timestamptz(6);
  alter table inventory add column archived_at timestamptz(6);

  drop index customer_email_key;
  create unique index customer_email_key on customer (lower(email)) where archived_at is null;

  alter table inventory add column sku text;
  create unique index inventory_sku_key on inventory (vendor_id, sku)
    where sku is not null and archived_at is null;
`;

/**
 * "enable always": also a session that replays another database's changes (session_replication_role = replica) leaves
 * its trace. The primary key is the only index, in the order in which an item's changes are read.
 */
const AUDIT = `
  create table inventory_audit (
    item_id integer not null,
    change_id bigint generated always as identity,
    vendor_id integer not null,
    changed_at timestamptz(6) not null default clock_timestamp(),
    change text not null check (change in ('created', 'changed', 'archived', 'restored', 'deleted')),
    old_price numeric(10,2),
    new_price numeric(10,2),
    old_stock integer,
    new_stock integer,
    actor text not null,
    reason text,
    primary key (item_id, change_id)
  );
  comment on table inventory_audit is
    'Every change of an item''s price or stock, written by the database itself; only ever added to';

  create function acting_on_inventory() returns text language sql stable as $$
    select coalesce(nullif(current_setting('mercado.actor', true), ''), 'database:' || session_user)
  $$;

  create function audit_listed_items() returns trigger language plpgsql as $$
  begin
    insert into inventory_audit (item_id, vendor_id, change, new_price, new_stock, actor, reason)
      select id, vendor_id, 'created', price, stock, acting_on_inventory(),
        nullif(current_setting('mercado.reason', true), '')
      from listed;
    return null;
  end
  $$;

  create function audit_inventory() returns trigger language plpgsql as $$
  begin
    insert into inventory_audit
      (item_id, vendor_id, change, old_price, new_price, old_stock, new_stock, actor, reason)
    values (
      old.id, old.vendor_id,
      case
        when tg_op = 'DELETE' then 'deleted'
        when old.archived_at is null and new.archived_at is not null then 'archived'
        when old.archived_at is not null and new.archived_at is null then 'restored'
        else 'changed'
      end,
      old.price, new.price, old.stock, new.stock,
      acting_on_inventory(), nullif(current_setting('mercado.reason', true), ''));
    return null;
  end
  $$;
  create trigger inventory_audit_insert after insert on inventory referencing new table as listed
    for each statement execute function audit_listed_items();
  create trigger inventory_audit_update after update on inventory for each row
    when (old.price <> new.price or old.stock <> new.stock
      or old.archived_at is distinct from new.archived_at)
    execute function audit_inventory();
  create trigger inventory_audit_delete after delete on inventory
    for each row execute function audit_inventory();
  alter table inventory enable always trigger inventory_audit_insert;
  alter table inventory enable always trigger inventory_audit_update;
  alter table inventory enable always trigger inventory_audit_delete;

  create function keep_inventory_audit() returns trigger language plpgsql as $$
  begin
    raise exception 'inventory_audit is only ever added to';
  end
  $$;
  create trigger inventory_audit_kept before update or delete or truncate on inventory_audit
    for each statement execute function keep_inventory_audit();
  alter table inventory_audit enable always trigger inventory_audit_kept;
`;

/** A line's time is its reservation's, so that one index gives a vendor's sales, newest first. */
const SALES = `
  alter table stock_reservation_line add column checked_out_at timestamptz(6);
  update stock_reservation_line as line set checked_out_at = reservation.checked_out_at
    from stock_reservation as reservation where reservation.reservation_id = line.reservation_id;
  alter table stock_reservation_line alter column checked_out_at set not null;
  create index stock_reservation_line_vendor_idx
    on stock_reservation_line (vendor_id, checked_out_at, reservation_id, line_number);
`;

const UPLOADS = `
  create table inventory_upload (
    vendor_id integer not null references vendor (id),
    idempotency_key text not null,
    request_hash text not null,
    status integer not null,
    answer json not null,
    created_at timestamptz(6) not null default clock_timestamp(),
    primary key (vendor_id, idempotency_key)
  );
  comment on table inventory_upload is
    'What each bulk upload with an idempotency key was answered, written with the upload itself';
`;

export async function up(transaction: Knex): Promise<void> {
  for (const part of [ARCHIVING, AUDIT, SALES, UPLOADS]) await transaction.raw(part);
}

export async function down(transaction: Knex): Promise<void> {
  await transaction.raw(`
    drop table inventory_upload;
    drop index stock_reservation_line_vendor_idx;
    alter table stock_reservation_line drop column checked_out_at;
    drop trigger inventory_audit_insert on inventory;
    drop trigger inventory_audit_update on inventory;
    drop trigger inventory_audit_delete on inventory;
    drop table inventory_audit;
    drop function audit_inventory, audit_listed_items, acting_on_inventory, keep_inventory_audit;
    drop index inventory_sku_key;
    alter table inventory drop column sku, drop column archived_at;
    alter table vendor drop column archived_at;
    drop index customer_email_key;
    alter table customer drop column archived_at;
    create unique index customer_email_key on customer (lower(email));
  `);
}
