//! Migrations of sqlx: how long each takes, and where the schema stands.
