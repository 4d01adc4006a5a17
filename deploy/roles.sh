#!/bin/sh
# Run once by the database's image, when it makes an empty cluster.
set -eu
psql -v ON_ERROR_STOP=1 -U postgres -v owner_password="'$OWNER_PASSWORD'" -v web_password="'$WEB_PASSWORD'" \
  -f /perisai/roles.sql postgres
