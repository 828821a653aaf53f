//! Queries of Prometheus, as far as names are concerned.

mod lexer;
mod reader;
mod selector;

pub(crate) use self::reader::ask;
