//! No value ever gets into a summary, and no text breaks the reading.

use std::fmt::Write;

use proptest::prelude::*;

use crate::{Dialect, Statement, lexer::Lexer, literal::LOOKED_AT, token::Token};

const DIALECTS: [Dialect; 4] = [Dialect::Postgres, Dialect::MySql, Dialect::Sqlite, Dialect::Other];

/// In every value and every comment, and in nothing else.
const SECRET: &str = "s3cr3t";

/// Texts that may stand inside a string besides the secret: everything that could end it too early.
fn inside() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just(" FROM s3cr3t "),
        Just(" JOIN s3cr3t, s3cr3t "),
        Just("; DELETE FROM s3cr3t; "),
        Just("(SELECT s3cr3t FROM s3cr3t"),
        Just(" INSERT INTO s3cr3t "),
        Just("s3cr3t"),
        Just("--"),
        Just("/* "),
        Just("/*!99999 "),
        Just("/*M!999999 "),
        Just("*/"),
        Just("#"),
        Just("$"),
        Just("\n"),
        Just("ä"),
        Just("`"),
        Just("["),
        Just("\\\\"),
        Just("?"),
    ];
    proptest::collection::vec(piece, 0..5).prop_map(|pieces| pieces.concat())
}

/// A value as `dialect` writes it.
fn value(dialect: Dialect) -> BoxedStrategy<String> {
    let plain = inside().prop_map(|text| format!("'{text}{SECRET}'"));
    let doubled = (inside(), inside()).prop_map(|(a, b)| format!("'{a}''{b}'"));
    let other = prop_oneof![
        inside().prop_map(|text| format!("N'{text} \"{SECRET}'")),
        Just("0x5ec4e7".to_owned()),
        Just("-12.5e-3".to_owned()),
        Just("1".to_owned()),
    ];
    let special = match dialect {
        Dialect::Postgres => prop_oneof![
            (inside(), inside()).prop_map(|(a, b)| format!(r"E'{a}\'{b}'")),
            (inside(), inside()).prop_map(|(a, b)| format!("E'{a}'\n'{b}\\'{SECRET}'")),
            inside().prop_map(|text| format!("$${}' {SECRET}$$", text.replace('$', ""))),
            inside().prop_map(|text| format!("$a_1${text}$b$ $$ '{SECRET}$a_1$")),
            Just("$1".to_owned()),
        ]
        .boxed(),
        Dialect::MySql => prop_oneof![
            (inside(), inside()).prop_map(|(a, b)| format!(r"'{a}\'{b}'")),
            (inside(), inside()).prop_map(|(a, b)| format!(r#""{a}\"{b}""#)),
            (inside(), inside()).prop_map(|(a, b)| format!(r#""{a}""{b} ' {SECRET}""#)),
            inside().prop_map(|text| format!("_utf8mb4'{text}'")),
            inside().prop_map(|text| format!("@'{text}{SECRET}'")),
        ]
        .boxed(),
        Dialect::Sqlite => prop_oneof![
            inside().prop_map(|text| format!(r"'{text}\'")),
            Just("?12".to_owned()),
            Just(":s3cr3t".to_owned()),
            Just("$s3cr3t".to_owned()),
            Just("@s3cr3t".to_owned()),
        ]
        .boxed(),
        Dialect::Other => (inside(), inside()).prop_map(|(a, b)| format!(r"'{a}\'{b}'")).boxed(),
    };
    prop_oneof![plain, doubled, other, special].boxed()
}

/// White space and comments, as `dialect` writes them.
fn gap(dialect: Dialect) -> BoxedStrategy<String> {
    let inside = || inside().prop_map(|text| text.replace(['/', '*', '\n'], " "));
    let line = inside().prop_map(|text| format!(" -- ' {SECRET}{text}\n"));
    let block = inside().prop_map(|text| format!("/* \" {text} ' {SECRET} */"));
    let special = match dialect {
        Dialect::Postgres => {
            inside().prop_map(|a| format!("/* /* {SECRET} */ {a} ' /**/ */")).boxed()
        }
        Dialect::MySql => prop_oneof![
            inside().prop_map(|a| format!("# ' {SECRET} {a}\n")),
            // A server that is older does not read it.
            (proptest::sample::select(&["!99999", "M!999999", "!"][..]), inside(), inside())
                .prop_map(|(mark, a, b)| format!("/*{mark} {a} ' {b} FROM {SECRET} */"),),
            (proptest::sample::select(&["", "'", "\"", "`", "-- "][..]), inside())
                .prop_map(|(quote, a)| format!("/*!99999 {quote}{a} */")),
        ]
        .boxed(),
        _ => Just("\t\r\n".to_owned()).boxed(),
    };
    prop_oneof![4 => Just(" ".to_owned()), 1 => line, 1 => block, 1 => special].boxed()
}

/// A statement of `dialect` with values and comments wherever they may stand.
fn statement(dialect: Dialect) -> impl Strategy<Value = String> {
    let values = proptest::collection::vec(value(dialect), 5);
    let gaps = proptest::collection::vec(gap(dialect), 7);
    (0..SHAPES.len(), values, gaps).prop_map(|(shape, values, gaps)| {
        let (mut values, mut gaps) = (values.iter().cycle(), gaps.iter().cycle());
        SHAPES[shape].split(' ').fold(String::new(), |mut sql, word| {
            let word = if word == "%" { values.next().unwrap() } else { word };
            write!(sql, "{word}{}", gaps.next().unwrap()).unwrap();
            sql
        })
    })
}

/// Statements in which `%` is a value.
const SHAPES: &[&str] = &[
    "SELECT % , a FROM t WHERE b = % AND c IN ( % , % ) ORDER BY % LIMIT %",
    "SELECT ( SELECT % FROM t ) , % FROM u JOIN v ON u . a = % , w WHERE % = %",
    "INSERT INTO t ( a , b ) VALUES ( % , % ) , ( % , % ) RETURNING %",
    "INSERT INTO t SELECT % , a FROM u WHERE b = % ON CONFLICT ( a ) DO UPDATE SET b = % , c = %",
    "UPDATE t SET a = % , b = ( % ) WHERE c = % OR d LIKE %",
    "DELETE FROM t WHERE a = % AND EXISTS ( SELECT % FROM u WHERE % )",
    "WITH x AS ( SELECT % FROM t ) , y AS ( VALUES ( % ) ) SELECT % FROM x UNION SELECT % FROM y",
    "SELECT * FROM f ( % , % ) , t WHERE a = % GROUP BY % HAVING %",
    "CREATE TABLE t ( a text DEFAULT % , b text CHECK ( b <> % ) )",
    "CALL p ( % , % )",
    "SET a = %",
    "SELECT % ; DELETE FROM t WHERE a = % ; COMMIT",
    "SELECT CASE WHEN a = % THEN % ELSE % END FROM t",
    "EXPLAIN SELECT % FROM t WHERE a = %",
    "SELECT EXTRACT ( YEAR FROM % ) , % FROM t WHERE a IS DISTINCT FROM %",
    "PRAGMA a = %",
    "NOTIFY c , %",
    "SELECT * FROM % , t",
    "UPDATE % SET a = %",
    "INSERT INTO % VALUES ( % )",
    "CALL %",
    "CREATE USER % IDENTIFIED BY %",
    "MERGE INTO t USING u ON t . a = % WHEN MATCHED THEN UPDATE SET b = %",
    "% SELECT % FROM t",
];

fn statement_and_dialect() -> impl Strategy<Value = (Dialect, String)> {
    (0..DIALECTS.len()).prop_flat_map(|n| (Just(DIALECTS[n]), statement(DIALECTS[n])))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn no_value_and_no_comment_gets_into_a_summary((dialect, sql) in statement_and_dialect()) {
        let parsed = Statement::read(dialect, &sql);
        prop_assert!(!parsed.summary.contains(SECRET), "{dialect:?} {sql}\n{}", parsed.summary);
        let table = parsed.changed().map(|changed| changed.table).unwrap_or_default();
        prop_assert!(!table.contains(SECRET), "{dialect:?} {sql}\n{table}");
        for word in parsed.summary.split(' ') {
            let is_of = |shape: &&str| shape.split(' ').any(|known| known == word);
            let is_known = matches!(word, "" | "BATCH") || SHAPES.iter().any(is_of);
            prop_assert!(is_known, "{dialect:?} {sql}\n{word}");
        }
    }

    #[test]
    fn a_quote_that_is_lost_or_added_shows_no_value(
        (dialect, sql) in statement_and_dialect(),
        place in any::<proptest::sample::Index>(),
        quote in proptest::sample::select(QUOTES),
    ) {
        let quotes: Vec<_> = sql.match_indices(['\'', '"', '`', '$', '[', ']', '*']).collect();
        if !quotes.is_empty() {
            let (at, lost) = *place.get(&quotes);
            let text = format!("{}{}", &sql[..at], &sql[at + lost.len()..]);
            assert_only_names(&text, dialect);
        }
        let words: Vec<_> = sql.match_indices(char::is_whitespace).map(|(at, _)| at).collect();
        let at = *place.get(&words);
        assert_only_names(&format!("{}{quote}{}", &sql[..at], &sql[at..]), dialect);
    }

    #[test]
    fn a_quote_without_its_end_shows_nothing_of_what_is_behind_it(
        dialect in proptest::sample::select(&DIALECTS[..]),
        shape in proptest::sample::select(SHAPES),
        quote in any::<proptest::sample::Index>(),
        words in (0..8_usize, 0..8_usize),
        text in "[^'\"`\\\\\\]$*/]{0,20}",
    ) {
        let quotes: Vec<_> = openings(dialect).collect();
        let (before, behind) = words;
        let words: Vec<_> = shape.split(' ').map(|word| word.replace('%', "1")).collect();
        let sql = format!(
            "{} {}{text} {SECRET} FROM {SECRET} {}",
            words[..before.min(words.len())].join(" "),
            quotes[quote.index(quotes.len())],
            words[behind.min(words.len())..].join(" "),
        );
        let parsed = Statement::read(dialect, &sql);
        prop_assert!(!parsed.summary.contains(' ') || parsed.summary.starts_with("BATCH "), "{dialect:?} {sql}\n{}", parsed.summary);
        prop_assert_eq!(parsed.changed(), None, "{:?} {}", dialect, sql);
        assert_no_value(&sql, dialect);
    }

    #[test]
    fn any_text_is_read_to_its_end(sql in any_text()) {
        for dialect in DIALECTS {
            let parsed = Statement::read(dialect, &sql);
            prop_assert!(parsed.summary.chars().count() <= 255);
            prop_assert!(!parsed.summary.contains(char::is_control));
            prop_assert_eq!(&parsed, &Statement::read(dialect, &sql));
        }
    }

    #[test]
    fn any_bytes_are_read_to_their_end(text: String, bytes: Vec<u8>, piece in any_text()) {
        let sql = format!("{piece}{text}{}{piece}", String::from_utf8_lossy(&bytes));
        for dialect in DIALECTS {
            let parsed = Statement::read(dialect, &sql);
            prop_assert!(parsed.summary.chars().count() <= 255);
            prop_assert!(!parsed.summary.contains(char::is_control));
            assert_linear(&sql, dialect);
        }
    }

    #[test]
    fn no_byte_is_looked_at_more_than_a_few_times(piece in any_text()) {
        let sql = piece.repeat(30);
        for dialect in DIALECTS {
            assert_linear(&sql, dialect);
        }
    }
}

/// Every sign that begins what has an end.
const QUOTES: &[&str] =
    &["'", "\"", "`", "[", "$$", "$a$", "E'", "U&\"", "N'", "@'", "@`", "_utf8\"", "/*", "$a"];

/// The signs that begin in `dialect` what has an end there.
fn openings(dialect: Dialect) -> impl Iterator<Item = &'static str> {
    let others: &[_] = match dialect {
        Dialect::Postgres => &["$$", "$a$", "E'", "U&\"", "/*", "/* /* */"],
        Dialect::MySql => &["`", "@'", "@\"", "@`", "_utf8\"", "_utf8'", "/*"],
        Dialect::Sqlite => &["`", "["],
        Dialect::Other => &["/*"],
    };
    ["'", "\"", "N'", "x'"].iter().chain(others).copied()
}

/// Nothing but the beginning of a word of a statement is shown, or of what says how a value is to be
/// read, and nothing of a value.
fn assert_no_value(sql: &str, dialect: Dialect) {
    let parsed = Statement::read(dialect, sql);
    let table = parsed.changed().map(|changed| changed.table).unwrap_or_default();
    let words = SHAPES.iter().flat_map(|shape| shape.split(' '));
    let known = words.chain(["BATCH", "_utf8mb4", "0x"]);
    for word in parsed.summary.split(' ').chain([table]) {
        let is_known = known.clone().any(|known| known.starts_with(word));
        assert!(is_known, "{dialect:?} {sql}\n{word}");
    }
}

/// Asserts that the summary shows names alone, as the server would take them, were the text to be parsed
/// at all: a quote that nothing closes leaves the verb alone.
fn assert_only_names(sql: &str, dialect: Dialect) {
    let parsed = Statement::read(dialect, sql);
    let mut lexer = Lexer::new(sql, dialect, false);
    let tokens: Vec<_> = lexer.by_ref().collect();
    if lexer.is_unclosed {
        assert!(!parsed.summary.contains(SECRET), "{dialect:?} {sql}\n{}", parsed.summary);
        assert_eq!(parsed.changed(), None, "{dialect:?} {sql}");
        return;
    }
    for part in parsed.summary.split(' ').filter(|part| part.contains(SECRET)) {
        let is_token = tokens.iter().any(|token| matches!(token, Token::Word(word) | Token::Quoted(word) if word.contains(part.trim_matches('.'))));
        assert!(is_token || part.contains('.'), "{dialect:?} {sql}\n{part}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn a_text_that_is_cut_anywhere_shows_no_value((dialect, sql) in statement_and_dialect()) {
        for end in (0..sql.len()).filter(|end| sql.is_char_boundary(*end)) {
            assert_no_value(&sql[..end], dialect);
        }
    }
}

#[test]
fn hostile_repetitions_are_read_once() {
    let pieces = [
        "$a$b", "$a", "$", "$$", "(", "/*", "/*!", "--", "--\n", "'", "'\\'", "E'\\''", "E'a'\n",
        "\"", "`", "[", "]", "@", "@@", ":", "::", "?", "1e+", ".", "a.", "x,", "#", "N'", "é",
        " ",
    ];
    for piece in pieces {
        for dialect in DIALECTS {
            assert_linear(&piece.repeat(2000), dialect);
        }
    }
}

/// Tokens, and bytes that were looked at for them, are no more than a few for each byte.
fn assert_linear(sql: &str, dialect: Dialect) {
    let before = LOOKED_AT.get();
    let tokens = Lexer::new(sql, dialect, false).count();
    let looked_at = LOOKED_AT.get() - before;
    assert!(tokens <= sql.len(), "{tokens} tokens of {sql}");
    assert!(looked_at <= 2 * sql.len(), "{looked_at} of {} bytes of {sql}", sql.len());
}

/// Anything, and anything that looks a bit like SQL.
fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "\\PC{0,6}",
        "[ -~\n\t]{0,6}",
        proptest::sample::select(
            &[
                "SELECT", "FROM", "(", ")", ",", ";", "'", "\"", "`", "[", "]", "$$", "$a$", "/*",
                "*/", "/*!", "--", "#", "\\", "\n", ".", "@", ":", "?", "INSERT", "INTO", "UPDATE",
                "SET", "DELETE", "WITH", "AS", "UNION", "JOIN", "CREATE", "TABLE", "TRIGGER",
                "BEGIN", "END", "E'", "U&\"", "a", "b", "BEGIN", "ROLLBACK", "TO", "1", "é",
            ][..]
        )
        .prop_map(str::to_owned),
    ];
    proptest::collection::vec((piece, prop_oneof![Just(""), Just(" ")]), 0..40)
        .prop_map(|pieces| pieces.into_iter().flat_map(|(a, b)| [a, b.to_owned()]).collect())
}

#[test]
fn the_tokens_of_a_doubtful_text_end_with_the_doubt() {
    let tokens: Vec<_> = Lexer::new("a [b] c", Dialect::Other, false).collect();
    assert_eq!(tokens, [Token::Word("a"), Token::Doubt]);
}

#[test]
fn a_quote_that_nothing_closes_leaves_the_verb_alone() {
    for (dialects, sql, summary) in UNCLOSED {
        for dialect in DIALECTS.into_iter().filter(|one| dialects.contains(letter(*one))) {
            let parsed = Statement::read(dialect, sql);
            assert_eq!(parsed.summary, *summary, "{sql} in {dialect:?}");
            assert_eq!(parsed.changed(), None, "{sql} in {dialect:?}");
        }
    }
}

fn letter(dialect: Dialect) -> char {
    match dialect {
        Dialect::Postgres => 'p',
        Dialect::MySql => 'm',
        Dialect::Sqlite => 's',
        Dialect::Other => 'o',
    }
}

const UNCLOSED: &[(&str, &str, &str)] = &[
    ("pmso", "SELECT * FROM \"users WHERE password = 'hunter2'", "SELECT"),
    ("pmso", "SELECT * FROM `users WHERE password = 'hunter2'", "SELECT"),
    ("pmso", "SELECT * FROM [users WHERE password = 'hunter2'", "SELECT"),
    ("pmso", "select * from users where password = 'hunter2", "select"),
    ("pmso", "SELECT * FROM t WHERE a = 'it's AND b IN (SELECT hunter2 FROM hunter2)'", "SELECT"),
    ("p", "SELECT * FROM t WHERE a = $x$ hunter2 $$ $y$", "SELECT"),
    ("p", "SELECT * FROM t WHERE a = $$ hunter2 $", "SELECT"),
    ("p", r"SELECT * FROM t WHERE a = E'hunter2\'", "SELECT"),
    ("p", "SELECT * FROM U&\"hunter2", "SELECT"),
    ("m", r"SELECT * FROM t WHERE a = 'hunter2\'", "SELECT"),
    ("m", "SELECT * FROM t WHERE a = @'hunter2", "SELECT"),
    ("m", "SELECT * FROM t WHERE a = @`hunter2", "SELECT"),
    ("m", "SELECT * FROM t WHERE a = _utf8\"hunter2", "SELECT"),
    ("pmo", "SELECT * FROM t /* hunter2", "SELECT"),
    ("p", "SELECT * FROM t /* /* hunter2 */", "SELECT"),
    ("pmo", "/* name: hunter2", ""),
    ("pmso", "INSERT INTO a VALUES ('it's hunter2')", "INSERT"),
    ("pmso", "DELETE FROM a WHERE b = 'it's hunter2')", "DELETE"),
    ("pmso", "UPDATE hunter2 SET b = 'it's'", "UPDATE"),
    ("pmso", "INSERT INTO \"hunter2 VALUES (1)", "INSERT"),
    ("ms", "INSERT INTO `hunter2 VALUES (1)", "INSERT"),
    ("s", "INSERT INTO [hunter2 VALUES (1)", "INSERT"),
    ("pmso", "SELECT 'it's; DELETE FROM hunter2'", "BATCH"),
    ("pmso", "'SELECT hunter2", ""),
    // SQLite takes the end of the text for the end of the comment.
    ("s", "SELECT * FROM t /* hunter2", "SELECT t"),
    ("pms", "-- name: get_user\nSELECT * FROM users WHERE a = 'hunter2", "get_user"),
];
