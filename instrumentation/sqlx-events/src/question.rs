//! What a driver asks the server in order to run a statement.

/// How the questions of sqlx 0.9 to PostgreSQL begin: for types, and for the columns of tables.
const BEGINNINGS: [&str; 2] = [
    "SELECT pg_type.oid,\npg_type.oid::regtype::text pretty_name,\n",
    "SELECT\nattrelid table_oid,\nattrelid::regclass::text table_name,\n",
];

/// Whether `sql` is one of these: part of the statement that it is asked for.
pub(crate) fn is_of_driver(sql: &str) -> bool {
    BEGINNINGS.iter().any(|beginning| sql.starts_with(beginning))
}
