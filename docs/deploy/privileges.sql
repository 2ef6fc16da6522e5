-- What the app may do. Run by the owner of the tables after every migration; safe to repeat.
\set ON_ERROR_STOP on

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO trueshelf_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO trueshelf_app;

-- What was posted stays posted: triggers say so to everyone, and the app has not even the right to ask.
REVOKE UPDATE, DELETE, TRUNCATE ON posting, movement, seal, scan, operator_change, record_seal FROM trueshelf_app;
REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM trueshelf_app;
