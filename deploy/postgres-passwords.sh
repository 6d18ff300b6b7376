#!/usr/bin/env bash
# Run by the Postgres image after docs/postgres-roles.sql, when it makes its database.
set -euo pipefail
for role in owner worker gateway; do
    variable="SEATKEEPER_${role^^}_PASSWORD"
    psql -v ON_ERROR_STOP=1 -v password="${!variable}" -d "$POSTGRES_DB" <<<"alter role seatkeeper_$role password :'password'"
done
