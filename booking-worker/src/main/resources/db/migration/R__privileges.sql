-- What the processes may do when they have roles of their own, apart from the owner of the tables. Roles that are not
-- there get nothing: make them first (docs/security.md), or run this file again as the owner.
do $$
begin
    if exists (select from pg_roles where rolname = 'seatkeeper_worker') then
        grant select, update (version) on shows to seatkeeper_worker;
        grant select, update (status, version) on seats to seatkeeper_worker;
        grant select, insert, update (cancelled_at) on bookings to seatkeeper_worker;
        -- Outcomes are never changed; retention forgets old ones.
        grant select, insert, delete on booking_requests to seatkeeper_worker;
        grant select, update (horizon) on retention to seatkeeper_worker;
    end if;
    if exists (select from pg_roles where rolname = 'seatkeeper_gateway') then
        grant select, insert (id),
            update (seat_limit, on_sale_at, off_sale_at, archived_at, version, layout_version)
            on shows to seatkeeper_gateway;
        grant select, insert (show_id, id, section, row_name, number, category, position) on seats to seatkeeper_gateway;
        grant select on bookings, booking_requests to seatkeeper_gateway;
    end if;
end
$$;
