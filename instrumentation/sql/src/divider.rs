//! The words that divide a statement, and those that say what kind of thing follows.

use crate::keyword::Keyword;

/// The keyword that a word in capitals is, if it begins no statement.
pub(crate) fn divider(word: &[u8]) -> Option<Keyword> {
    Some(match word {
        b"FROM" => Keyword::From,
        b"INTO" => Keyword::Into,
        b"JOIN" | b"STRAIGHT_JOIN" => Keyword::Join,
        b"ON" => Keyword::On,
        b"UNION" | b"EXCEPT" | b"INTERSECT" => Keyword::Union,
        b"WHERE" | b"GROUP" | b"HAVING" | b"ORDER" | b"LIMIT" | b"OFFSET" | b"WINDOW" => {
            Keyword::EndOfTables
        }
        b"FOR" => Keyword::For,
        b"USING" => Keyword::Using,
        b"RETURNING" => Keyword::Returning,
        b"WHEN" => Keyword::When,
        b"DISTINCT" => Keyword::Distinct,
        b"CONFLICT" => Keyword::Conflict,
        b"DUPLICATE" => Keyword::Duplicate,
        b"OR" => Keyword::Or,
        b"NOT" => Keyword::Not,
        b"NO" => Keyword::No,
        b"CHAIN" => Keyword::Chain,
        b"PREPARED" => Keyword::Prepared,
        b"RECURSIVE" => Keyword::Recursive,
        b"TO" => Keyword::To,
        b"TRANSACTION" => Keyword::Transaction,
        b"CASE" => Keyword::Case,
        b"LOOP" | b"WHILE" | b"REPEAT" | b"IF" => Keyword::Loop,
        b"VIEW" | b"INDEX" | b"DATABASE" | b"SCHEMA" | b"SEQUENCE" | b"USER" | b"ROLE"
        | b"TYPE" | b"DOMAIN" | b"EXTENSION" | b"SERVER" | b"TABLESPACE" | b"POLICY" | b"RULE"
        | b"COLLATION" | b"PUBLICATION" | b"SUBSCRIPTION" | b"STATISTICS" | b"CONVERSION"
        | b"LANGUAGE" | b"TABLES" => Keyword::Object,
        b"FUNCTION" | b"PROCEDURE" | b"TRIGGER" | b"EVENT" | b"AGGREGATE" => Keyword::Routine,
        _ => return None,
    })
}
