create type seat_status as enum ('AVAILABLE', 'BOOKED');

create table shows (
    id         text primary key,
    created_at timestamptz not null default now()
);

-- Half-filled pages: booking a seat rewrites its row, and finds room for the new version on the same page.
create table seats (
    show_id text        not null references shows (id),
    id      text        not null,
    status  seat_status not null default 'AVAILABLE',
    primary key (show_id, id)
) with (fillfactor = 50);

-- One row per request_id, written in the transaction of its booking: the outcome, terminal and sticky.
create table booking_requests (
    request_id        uuid primary key,
    fingerprint       bytea       not null,
    show_id           text,
    seat_ids          text[]      not null,
    user_id           uuid,
    status            text        not null check (status in ('CONFIRMED', 'REJECTED')),
    reason            text        check ((status = 'REJECTED') = (reason is not null)),
    conflicts         jsonb,
    submitted_at      timestamptz,
    decided_at        timestamptz not null,
    command_partition int         not null,
    command_offset    bigint      not null
);

create table bookings (
    id           uuid primary key,
    show_id      text not null,
    seat_id      text not null,
    user_id      uuid not null,
    request_id   uuid not null,
    cancelled_at timestamptz,
    constraint uq_booking_request_seat unique (request_id, seat_id),
    foreign key (show_id, seat_id) references seats (show_id, id)
);

-- The rule everything else leans on: no seat has two live bookings.
create unique index uq_booking_live_seat on bookings (show_id, seat_id) where cancelled_at is null;

-- Random ids land all over the index; where the server can make time-ordered ones, they land at its end.
do $$
begin
    execute 'alter table bookings alter column id set default '
        || case when current_setting('server_version_num')::int >= 180000 then 'uuidv7()' else 'gen_random_uuid()' end;
end
$$;
