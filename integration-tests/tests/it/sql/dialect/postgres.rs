//! How PostgreSQL says it.

pub(crate) const SCHEMA: &str = "
    CREATE TABLE authors (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name TEXT NOT NULL UNIQUE);
    CREATE TABLE books (id BIGINT PRIMARY KEY, author BIGINT NOT NULL REFERENCES authors,
        title TEXT NOT NULL, pages INTEGER CHECK (pages > 0), price DOUBLE PRECISION, rating REAL,
        available BOOLEAN, cover BYTEA);
    INSERT INTO authors (name) VALUES ('Herbert');
";
pub(crate) const ADD_AUTHOR: &str = "INSERT INTO authors (name) VALUES ($1) RETURNING id";
pub(crate) const ADD_BOOK: &str = "INSERT INTO books (id, author, title, pages, price, rating, \
    available, cover) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
pub(crate) const BOOK: &str = "SELECT * FROM books WHERE id = $1";
pub(crate) const TITLES: &str = "SELECT title FROM books WHERE author = $1 AND id < $2 ORDER BY id";
pub(crate) const RENAME: &str = "UPDATE books SET title = $1 WHERE id = $2";
pub(crate) const REMOVE: &str = "DELETE FROM books WHERE id = $1";
pub(crate) const BEGIN: &str = "BEGIN ISOLATION LEVEL SERIALIZABLE";

pub(crate) const ACCOUNTS: &str = "
    CREATE TABLE accounts (id BIGINT PRIMARY KEY, balance BIGINT NOT NULL);
    INSERT INTO accounts VALUES (1, 10), (2, 20);
    CREATE TABLE owners (id BIGINT PRIMARY KEY,
        account BIGINT REFERENCES accounts DEFERRABLE INITIALLY DEFERRED);
";
pub(crate) const ADD_ACCOUNT: &str = "INSERT INTO accounts (id, balance) VALUES ($1, $2)";
pub(crate) const ADD_OWNER: &str = "INSERT INTO owners (id, account) VALUES ($1, $2)";
pub(crate) const PAY: &str = "UPDATE accounts SET balance = balance + $1 WHERE id = $2";
/// Takes a few tenths of a second.
pub(crate) const SLOW: &str = "SELECT pg_sleep(0.2)";
/// Takes longer than anybody waits.
pub(crate) const ENDLESS: &str = "SELECT pg_sleep(60)";
