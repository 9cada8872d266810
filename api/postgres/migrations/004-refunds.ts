import type { Knex } from "knex";

/** `refunded` counts a line's units that a refund has taken back or is about to: never more than were bought. */
const REFUNDS = `
  alter table stock_reservation_line
    add column refunded integer not null default 0,
    add constraint stock_reservation_line_refunded_check check (refunded between 0 and quantity);

  create table refund (
    refund_id uuid primary key,
    sale_id uuid not null references stock_reservation (reservation_id),
    customer_id integer not null references customer (id),
    idempotency_key text not null,
    request text not null,
    state text not null check (state in ('pending', 'completed')),
    reason text,
    total_price numeric(18,2) not null check (total_price <= 0),
    refunded_at timestamptz(6) not null,
    created_at timestamptz(6) not null default clock_timestamp(),
    updated_at timestamptz(6) not null,
    swept_at timestamptz(6),
    unique (customer_id, idempotency_key)
  );
  create index refund_sale_id_idx on refund (sale_id);
  create index refund_pending_idx on refund (created_at) where state = 'pending';
  create trigger refund_touch before insert or update on refund
    for each row execute function touch_updated_at();
  comment on table refund is
    'What goes back of a sale; a pending one is certain to happen, and is completed by a retry or by the sweeper';

  create table refund_line (
    refund_id uuid not null references refund (refund_id) on delete cascade,
    line_number integer not null,
    sale_line_number integer not null,
    quantity integer not null check (quantity > 0),
    primary key (refund_id, line_number)
  );
`;

/** When a sweeper last took it up: others leave it alone for a while. */
const SWEEPING = `
  alter table stock_reservation add column swept_at timestamptz(6);
`;

export async function up(transaction: Knex): Promise<void> {
  await transaction.raw(REFUNDS);
  await transaction.raw(SWEEPING);
}

export async function down(transaction: Knex): Promise<void> {
  await transaction.raw(`
    drop table refund_line, refund;
    alter table stock_reservation_line drop column refunded;
    alter table stock_reservation drop column swept_at;
  `);
}
