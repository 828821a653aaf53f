-- What `sqlx::migrate!()` finds in the programs of the documents.
CREATE TABLE books (id INTEGER PRIMARY KEY, title TEXT NOT NULL);
