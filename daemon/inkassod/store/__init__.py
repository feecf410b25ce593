"""The ledger, the job log, the outbox and the transfers in one database; SQL goes through SQLAlchemy Core only."""
