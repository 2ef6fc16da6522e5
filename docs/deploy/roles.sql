-- The role that the app and its worker log in as. Run by the owner of the database (a superuser or CREATEROLE), before
-- the tables are made; safe to repeat: it also sets the password anew. Needs APP_PASSWORD in the environment.
\set ON_ERROR_STOP on
\getenv password APP_PASSWORD

SELECT 'CREATE ROLE trueshelf_app LOGIN'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'trueshelf_app') \gexec
ALTER ROLE trueshelf_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO trueshelf_app;

-- Tables that later migrations add are open to the app as well, without anybody thinking of it.
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO trueshelf_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO trueshelf_app;
