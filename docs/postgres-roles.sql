-- Run once by a superuser in Seatkeeper's database, before the first worker starts. Then set passwords.
-- What each role may do is granted by the migrations: booking-worker/src/main/resources/db/migration/R__privileges.sql
create role seatkeeper_owner login;    -- migrates; owns the tables
create role seatkeeper_worker login;   -- decides
create role seatkeeper_gateway login;  -- makes shows, reads the rest

revoke all on schema public from public;
grant usage, create on schema public to seatkeeper_owner;
grant usage on schema public to seatkeeper_worker, seatkeeper_gateway;

do $$
begin
    execute format('revoke all on database %I from public', current_database());
    execute format('grant connect on database %I to seatkeeper_owner, seatkeeper_worker, seatkeeper_gateway',
                   current_database());
end
$$;
