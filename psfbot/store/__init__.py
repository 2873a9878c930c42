"""The durable store: what psfbot was told, decided and has yet to say, on SQLite or PostgreSQL."""
