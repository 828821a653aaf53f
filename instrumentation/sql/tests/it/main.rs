//! The reader of SQL, on any bytes there are.

mod any_text;
mod corpus;
