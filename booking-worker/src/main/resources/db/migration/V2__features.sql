alter type seat_status add value 'BLOCKED';

-- version counts the decisions of a show; every batch that decides for the show raises it, and so notices another one.
-- layout_version is the version at which seats were last added or changed.
alter table shows
    add column version        bigint not null default 0,
    add column layout_version bigint not null default 0,
    add column seat_limit     int check (seat_limit > 0),
    add column on_sale_at     timestamptz,
    add column off_sale_at    timestamptz,
    add column archived_at    timestamptz;

-- Where a seat is: seats of one section and row with consecutive numbers lie side by side. Rows are good in the order of
-- position, which counts the seats as they were listed. version is that of the show when the status last changed.
alter table seats
    add column version  bigint not null default 0,
    add column section  text   not null default '',
    add column row_name text   not null default '',
    add column number   int    not null default 0,
    add column position int    not null default 0,
    add column category text;

update seats
set row_name = regexp_replace(id, '-?[0-9]{1,9}$', ''),
    number   = coalesce(substring(id from '([0-9]{1,9})$')::int, 0);

alter table booking_requests
    add column type               text   not null default 'confirm_booking',
    add column released_seat_ids  text[] not null default '{}',
    add column booking_request_id uuid,
    add column order_ref          text,
    add column show_version       bigint not null default 0;

alter table booking_requests
    alter column type drop not null;

-- What happened in a show, in order: its history, and what changed since a version.
create index booking_requests_show on booking_requests (show_id, show_version);
create index booking_requests_booking on booking_requests (booking_request_id) where booking_request_id is not null;
create index booking_requests_order on booking_requests (order_ref) where order_ref is not null;
-- Finds what is old enough to be forgotten; grows at its end.
create index booking_requests_rejected on booking_requests (decided_at) where status = 'REJECTED';

alter table bookings
    add column order_ref text;

create index bookings_user on bookings (user_id, show_id) where cancelled_at is null;

-- Records of the log older than this may have been decided and forgotten: they are not decided again.
create table retention (
    only_row boolean primary key default true check (only_row),
    horizon  timestamptz not null default '-infinity'
);
insert into retention default values;
