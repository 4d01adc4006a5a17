-- Once, as a superuser of a PostgreSQL >= 18 server of your own:
--   psql -v owner_password="'...'" -v web_password="'...'" -f deploy/roles.sql postgres
-- perisai_owner owns the tables and runs migrations; perisai_web serves: it owns nothing and obeys row-level security.
\set ON_ERROR_STOP on
CREATE ROLE perisai_owner LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD :owner_password;
CREATE ROLE perisai_web LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD :web_password;
CREATE DATABASE perisai OWNER perisai_owner;
\connect perisai
ALTER SCHEMA public OWNER TO perisai_owner;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO perisai_web;
GRANT CONNECT ON DATABASE perisai TO perisai_web;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS btree_gin;
CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
