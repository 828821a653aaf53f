//! How MariaDB says it.

pub(crate) const SCHEMA: &str = "
    CREATE TABLE authors (id BIGINT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(200) NOT NULL UNIQUE);
    CREATE TABLE books (id BIGINT PRIMARY KEY, author BIGINT NOT NULL,
        title TEXT NOT NULL, pages INTEGER CHECK (pages > 0), price DOUBLE, rating FLOAT,
        available BOOLEAN, cover BLOB,
        FOREIGN KEY (author) REFERENCES authors (id));
    INSERT INTO authors (name) VALUES ('Herbert');
";
pub(crate) const ADD_AUTHOR: &str = "INSERT INTO authors (name) VALUES (?) RETURNING id";
pub(crate) const ADD_BOOK: &str = "INSERT INTO books (id, author, title, pages, price, rating, \
    available, cover) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
pub(crate) const BOOK: &str = "SELECT * FROM books WHERE id = ?";
pub(crate) const TITLES: &str = "SELECT title FROM books WHERE author = ? AND id < ? ORDER BY id";
pub(crate) const RENAME: &str = "UPDATE books SET title = ? WHERE id = ?";
pub(crate) const REMOVE: &str = "DELETE FROM books WHERE id = ?";
pub(crate) const BEGIN: &str = "START TRANSACTION WITH CONSISTENT SNAPSHOT";

pub(crate) const ACCOUNTS: &str = "
    CREATE TABLE accounts (id BIGINT PRIMARY KEY, balance BIGINT NOT NULL);
    INSERT INTO accounts VALUES (1, 10), (2, 20);
";
pub(crate) const ADD_ACCOUNT: &str = "INSERT INTO accounts (id, balance) VALUES (?, ?)";
pub(crate) const PAY: &str = "UPDATE accounts SET balance = balance + ? WHERE id = ?";
/// Takes a few tenths of a second.
pub(crate) const SLOW: &str = "SELECT sleep(0.2)";
/// Takes longer than anybody waits.
pub(crate) const ENDLESS: &str = "SELECT sleep(60)";
