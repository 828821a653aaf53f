//! Cases by dialect.

use crate::{Dialect, SavepointName, Statement, TransactionStatement};

#[test]
fn a_summary_names_operations_and_targets_in_their_order() {
    for (dialects, sql, summary) in SUMMARIES {
        for dialect in of(dialects) {
            assert_eq!(Statement::read(dialect, sql).summary, *summary, "{sql} in {dialect:?}");
        }
    }
}

#[test]
fn a_leading_comment_names_the_query() {
    for (sql, summary) in NAMED {
        for dialect in of("pms") {
            assert_eq!(Statement::read(dialect, sql).summary, *summary, "{sql} in {dialect:?}");
        }
    }
}

#[test]
fn a_change_has_one_statement_and_one_table() {
    for (dialects, sql, changed) in CHANGES {
        for dialect in of(dialects) {
            let parsed = Statement::read(dialect, sql)
                .changed()
                .map(|it| (it.operation, it.table.to_owned()));
            let expected = changed.map(|(operation, table)| (operation, table.to_owned()));
            assert_eq!(parsed, expected, "{sql} in {dialect:?}");
        }
    }
}

#[test]
fn rows_are_asked_for_by_queries_and_by_returning() {
    for (dialects, sql, returns_rows) in ROWS {
        for dialect in of(dialects) {
            assert_eq!(
                Statement::read(dialect, sql).returns_rows,
                *returns_rows,
                "{sql} in {dialect:?}"
            );
        }
    }
}

#[test]
fn statements_about_transactions_are_told_apart() {
    for (dialects, sql, transaction) in TRANSACTIONS {
        for dialect in of(dialects) {
            assert_eq!(
                Statement::read(dialect, sql).transaction,
                *transaction,
                "{sql} in {dialect:?}"
            );
        }
    }
}

#[test]
fn savepoints_are_told_apart_as_the_server_does() {
    use TransactionStatement::{Release, RollbackTo, RollbackToAndCommit, Savepoint};
    for dialect in of("pmso") {
        let read = |sql| Statement::read(dialect, sql).transaction;
        let Savepoint(a) = read("SAVEPOINT a") else { panic!("{dialect:?}") };
        assert!(a.is_known());
        assert_eq!(read("/* x */ savepoint A;"), Savepoint(a));
        assert_ne!(read("SAVEPOINT b"), Savepoint(a));
        assert_eq!(read("RELEASE a"), Release(a));
        assert_eq!(read("RELEASE SAVEPOINT a"), Release(a));
        assert_eq!(read("ROLLBACK TO a"), RollbackTo(a));
        assert_eq!(read("ROLLBACK WORK TO SAVEPOINT a"), RollbackTo(a));
        assert_eq!(read("ROLLBACK TO a; COMMIT"), RollbackToAndCommit(a));
        if dialect == Dialect::Other {
            continue;
        }
        let quoted = if dialect == Dialect::MySql { "SAVEPOINT `a`" } else { "SAVEPOINT \"a\"" };
        assert_eq!(read(quoted), Savepoint(a));
        let is_folded = read(&quoted.replace('a', "A")) == Savepoint(a);
        assert_eq!(is_folded, dialect != Dialect::Postgres);
    }
    let quoted = |sql| Statement::read(Dialect::Sqlite, sql).transaction;
    assert_eq!(quoted("SAVEPOINT \"a\"\"b\""), quoted("SAVEPOINT [a\"b]"));
    assert_eq!(quoted("SAVEPOINT 'a'"), Savepoint(SavepointName::default()), "not known");
}

#[test]
fn a_batch_about_transactions_may_end_halfway() {
    let may = |sql| Statement::read(Dialect::Sqlite, sql).may_end_halfway;
    assert!(may("SELECT 1; COMMIT"));
    assert!(may("SAVEPOINT a; RELEASE a"));
    assert!(!may("COMMIT"));
    assert!(!may("SELECT 1; SELECT 2"));
}

#[test]
fn the_operation_is_the_verb_in_capitals() {
    let operation = |sql| Statement::read(Dialect::Postgres, sql).operation;
    assert_eq!(operation("with a as (select 1) insert into t select * from a"), Some("INSERT"));
    assert_eq!(operation("(select 1) union (select 2)"), Some("SELECT"));
    assert_eq!(operation("explain delete from t"), Some("EXPLAIN"));
    assert_eq!(operation("-- name: x\n vacuum"), Some("VACUUM"));
    assert_eq!(operation("commit; begin"), None);
    assert_eq!(operation("hello"), None);
    assert_eq!(operation(""), None);
}

#[test]
fn a_long_insert_is_known_by_its_beginning() {
    let rows = ",(1, 'x')".repeat(10_000);
    let insert = format!("INSERT INTO t (a, b) VALUES (0, 'y'){rows}");
    let parsed = Statement::read(Dialect::Postgres, &insert);
    assert_eq!(parsed.summary, "INSERT t");
    assert_eq!(parsed.changed().unwrap().table, "t");

    let batch = format!("{insert}; DELETE FROM u");
    assert_eq!(Statement::read(Dialect::Postgres, &batch).changed(), None);

    let cut = format!("SELECT {} FROM books", " ".repeat(32 * 1024 - 14));
    assert_eq!(Statement::read(Dialect::Postgres, &cut).summary, "SELECT");
}

/// The dialects of a text such as `pms`: PostgreSQL, `MySQL`, SQLite, and `o` for another.
fn of(letters: &str) -> impl Iterator<Item = Dialect> {
    letters.chars().map(|letter| match letter {
        'p' => Dialect::Postgres,
        'm' => Dialect::MySql,
        's' => Dialect::Sqlite,
        'o' => Dialect::Other,
        _ => panic!("no dialect has the letter {letter}"),
    })
}

const SUMMARIES: &[(&str, &str, &str)] = &[
    // Names.
    ("pmso", "select * from books", "select books"),
    ("pmso", "SELECT * FROM Shop . Books b", "SELECT Shop.Books"),
    ("ps", r#"SELECT * FROM "song list", "a""b"."c""#, r#"SELECT "song list" "a""b"."c""#),
    ("mo", r#"SELECT * FROM "song list", artists"#, "SELECT artists"),
    ("ms", "SELECT * FROM `song list`, `a``b`.c", "SELECT `song list` `a``b`.c"),
    ("s", "SELECT * FROM [song list], [a].[b]", "SELECT [song list] [a].[b]"),
    ("o", "SELECT * FROM [song list], b", "SELECT"),
    ("pmso", "SELECT * FROM 'artists', songs", "SELECT songs"),
    ("pmso", "SELECT * FROM größe, 書籍", "SELECT größe 書籍"),
    ("pms", "SELECT * FROM a.b.c.d, a.b.c.d.e, f", "SELECT a.b.c.d f"),
    ("ps", "SELECT * FROM \"a\nb\", c", "SELECT c"),
    ("pms", "SELECT * FROM $1, ?, :a, @b, c", "SELECT c"),
    ("p", r#"SELECT * FROM U&"d\0061ta", c"#, "SELECT c"),
    ("m", "SELECT * FROM a$b, $c", "SELECT a$b $c"),
    // MySQL's names may begin with a digit; its numbers end where no digit follows.
    ("m", "INSERT INTO 2024_sales VALUES (1)", "INSERT 2024_sales"),
    ("m", "SELECT * FROM 1e, 1ex, 0xg, 0X1F, 0b12, 7_", "SELECT 1e 1ex 0xg 0X1F 0b12 7_"),
    ("m", "SELECT * FROM 1e5x, b", "SELECT b"),
    ("m", "SELECT 1e5FROM a", "SELECT a"),
    ("m", "SELECT * FROM 12, 1.5, 1e+5, 0x1f, 0b01, b", "SELECT b"),
    ("m", "SELECT * FROM 2024.2024, a.1e5, `a`.0x1f", "SELECT a.1e5 `a`.0x1f"),
    ("m", "SELECT 1.5e3x, .5e1y FROM a", "SELECT a"),
    ("ps", "INSERT INTO 2024_sales VALUES (1)", "INSERT"),
    ("m", "SELECT $$ a FROM hunter2 $$ FROM hunter2", "SELECT"),
    ("ps", "SELECT * FROM a$1", "SELECT a$1"),
    // Skipped like white space.
    ("s", "\u{feff}INSERT INTO t VALUES (1)", "INSERT t"),
    ("s", "SELECT * FROM \u{feff}\u{feff}t, a\u{feff}b", "SELECT t a\u{feff}b"),
    ("pmo", "\u{feff}INSERT INTO t VALUES (1)", ""),
    ("pmso", "SELECT\u{b}1 FROM\u{c}t", "SELECT t"),
    ("pmso", "SELECT * FROM a, b\0, hunter2", "SELECT a"),
    // Joins and lists.
    ("pmso", "SELECT 1 FROM a x LEFT OUTER JOIN b AS y ON x.i = y.i, c z WHERE 1", "SELECT a b c"),
    ("pmso", "SELECT 1 FROM a NATURAL JOIN b CROSS JOIN c JOIN d USING (e), f", "SELECT a b c d f"),
    ("m", "SELECT 1 FROM a STRAIGHT_JOIN b USE INDEX (i, j)", "SELECT a b"),
    ("mo", "SELECT 1 FROM a IGNORE INDEX FOR ORDER BY (i, j), b", "SELECT a b"),
    (
        "mo",
        "SELECT 1 FROM a FORCE KEY FOR GROUP BY (i) USE INDEX FOR JOIN (), b, c",
        "SELECT a b c",
    ),
    ("m", "SELECT 1 FROM a PARTITION (p0, p1) AS x, b", "SELECT a b"),
    ("m", "SELECT 1 FROM a FOR SYSTEM_TIME AS OF TIMESTAMP'2024-01-01', b", "SELECT a b"),
    ("m", "SELECT 1 FROM a FOR SYSTEM_TIME ALL JOIN b USING (i)", "SELECT a b"),
    ("m", "SELECT 1 FROM a FOR SYSTEM_TIME FROM NOW() TO NOW() x, b ORDER BY c, d", "SELECT a b"),
    ("m", "SELECT 1 FROM a AS offset, b", "SELECT a b"),
    ("p", "SELECT 1 FROM a TABLESAMPLE BERNOULLI (10) REPEATABLE (1), ONLY b *, c", "SELECT a b c"),
    ("s", "SELECT 1 FROM a INDEXED BY i, b NOT INDEXED, c", "SELECT a b c"),
    ("pmso", "SELECT 1 FROM a FOR UPDATE", "SELECT a"),
    ("pmso", "SELECT 1 FROM (a JOIN b ON a.i = b.i) JOIN ((c, d)) ON 1", "SELECT a b c d"),
    ("pmso", "SELECT 1 FROM a JOIN b ON CASE WHEN a.i THEN 1 END JOIN c ON 1", "SELECT a b c"),
    ("pmso", "SELECT 1 FROM a ORDER BY b, c LIMIT 1, 2", "SELECT a"),
    ("p", "SELECT 1 FROM ONLY a, LATERAL (SELECT 1 FROM b) c", "SELECT a SELECT b"),
    ("p", "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x) FROM t", "SELECT t"),
    ("pms", "SELECT * FROM generate_series(1, 10) g, json_each (?), t", "SELECT t"),
    ("p", "SELECT * FROM ROWS FROM (f(1), g(2)) AS x(a, b), t", "SELECT t"),
    ("pmso", "SELECT * FROM rows r", "SELECT rows"),
    // Behind a dot stands a name, whatever it is called.
    ("pmso", "SELECT m.from AS sender, m.body FROM mails m", "SELECT mails"),
    ("pmso", "SELECT m.from sender FROM mails m", "SELECT mails"),
    ("pmso", "SELECT m . from x, m.into, m.union FROM mails m, b", "SELECT mails b"),
    ("pmso", "SELECT 1 FROM a JOIN b ON a.where = b.join, c WHERE a.returning", "SELECT a b c"),
    ("pmso", "UPDATE a SET b = a.from + 1", "UPDATE a"),
    ("ms", "SELECT `m`.from x FROM mails m", "SELECT mails"),
    ("p", "SELECT (r).from x FROM mails r", "SELECT mails"),
    ("pmso", "SELECT a.; SELECT b", "BATCH SELECT"),
    // `FROM` that is no clause.
    ("pmso", "SELECT EXTRACT(YEAR FROM a), TRIM(BOTH x FROM b) FROM c", "SELECT c"),
    ("pmso", "SELECT a IS NOT DISTINCT FROM b FROM c WHERE d IS DISTINCT FROM e", "SELECT c"),
    ("p", "UPDATE t SET a = b IS DISTINCT FROM c WHERE d", "UPDATE t"),
    // Sub-queries, unions, common table expressions.
    (
        "pmso",
        "SELECT (SELECT 1 FROM a) FROM b WHERE c IN (SELECT d FROM e)",
        "SELECT SELECT a b SELECT e",
    ),
    ("pmso", "(SELECT 1 FROM a) UNION ALL (SELECT 2 FROM b) ORDER BY 1", "SELECT a b"),
    ("pmso", "SELECT 1 FROM a EXCEPT SELECT 2 FROM b INTERSECT SELECT 3 FROM c", "SELECT a b c"),
    (
        "pmso",
        "SELECT * FROM ((SELECT 1 FROM a) UNION (SELECT 2 FROM b)) x, c",
        "SELECT SELECT a b c",
    ),
    (
        "pmso",
        "WITH x AS (SELECT 1 FROM a), y (i, j) AS (SELECT 2 FROM x) SELECT * FROM X, y, b",
        "SELECT a SELECT SELECT b",
    ),
    ("pm", "WITH a AS (SELECT 1 FROM a) SELECT * FROM a", "SELECT a SELECT"),
    (
        "pms",
        "WITH RECURSIVE a AS (SELECT 1 FROM b UNION ALL SELECT 2 FROM a) SELECT * FROM a",
        "SELECT b SELECT",
    ),
    (
        "p",
        "WITH a AS MATERIALIZED (DELETE FROM b RETURNING *) INSERT INTO c SELECT * FROM a",
        "DELETE b INSERT c SELECT",
    ),
    ("pms", "SELECT * FROM (VALUES (1), (2)) v (a)", "SELECT"),
    ("pmso", "VALUES (1, 2)", "VALUES"),
    ("pm", "TABLE t", "TABLE t"),
    ("p", "SELECT a, b INTO TEMP TABLE t FROM u", "SELECT t u"),
    ("m", "SELECT a INTO @x FROM u", "SELECT u"),
    // Changes.
    ("pmso", "INSERT INTO a (b) SELECT c FROM d", "INSERT a SELECT d"),
    (
        "pmso",
        "INSERT INTO a WITH x AS (SELECT 1 FROM b) SELECT * FROM x",
        "INSERT a SELECT b SELECT",
    ),
    (
        "pso",
        "INSERT INTO a SELECT 1 FROM b ON CONFLICT (i) DO UPDATE SET c = 1, d = 2",
        "INSERT a SELECT b",
    ),
    ("ps", "INSERT INTO a DEFAULT VALUES ON CONFLICT DO NOTHING RETURNING b", "INSERT a"),
    (
        "m",
        "INSERT LOW_PRIORITY IGNORE a VALUES (1) ON DUPLICATE KEY UPDATE b = 1, c = 2",
        "INSERT a",
    ),
    (
        "m",
        "INSERT INTO a SELECT 1 FROM b ON DUPLICATE KEY UPDATE c = 1, d = 2",
        "INSERT a SELECT b",
    ),
    ("m", "INSERT INTO a SET b = (SELECT 1 FROM c)", "INSERT a SELECT c"),
    ("p", "INSERT INTO a AS x (b) OVERRIDING SYSTEM VALUE SELECT 1 FROM c", "INSERT a SELECT c"),
    ("s", "INSERT OR REPLACE INTO a VALUES (1)", "INSERT a"),
    ("s", "UPDATE OR IGNORE a SET b = 1", "UPDATE a"),
    ("ms", "REPLACE INTO a VALUES (1)", "REPLACE a"),
    ("o", "UPSERT INTO a VALUES (1)", "UPSERT a"),
    ("m", "UPDATE a, b JOIN c USING (i) SET a.d = 1, b.e = 2", "UPDATE a b c"),
    ("ps", "UPDATE a SET b = 1, c = 2 FROM d, e WHERE f", "UPDATE a d e"),
    ("p", "UPDATE ONLY (a) SET b = 1", "UPDATE a"),
    ("m", "DELETE LOW_PRIORITY QUICK x FROM a x JOIN b USING (i)", "DELETE a b"),
    ("m", "DELETE FROM a, b USING a JOIN b USING (i)", "DELETE a b a b"),
    ("p", "DELETE FROM a USING b JOIN c USING (i), d WHERE e", "DELETE a b c d"),
    (
        "po",
        "MERGE INTO a x USING b ON x.i = b.i WHEN MATCHED THEN UPDATE SET c = 1, d = 2 WHEN NOT MATCHED THEN INSERT (e, f) VALUES (1, 2)",
        "MERGE a b",
    ),
    ("pmo", "TRUNCATE TABLE a", "TRUNCATE TABLE a"),
    ("p", "TRUNCATE a, ONLY b CASCADE", "TRUNCATE a b"),
    // Definitions.
    ("pmso", "DROP TABLE IF EXISTS a, b.c CASCADE", "DROP TABLE a b.c"),
    ("p", "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a)", "CREATE INDEX i"),
    ("p", "CREATE INDEX ON t (a)", "CREATE INDEX"),
    ("p", "CREATE MATERIALIZED VIEW v AS SELECT * FROM t", "CREATE VIEW v"),
    ("p", "REFRESH MATERIALIZED VIEW CONCURRENTLY v", "REFRESH VIEW v"),
    ("p", "ALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT SELECT ON TABLES TO r", "ALTER"),
    (
        "pms",
        "CREATE TABLE t (a int DEFAULT (SELECT 1 FROM b), c text) AS SELECT * FROM d",
        "CREATE TABLE t",
    ),
    ("s", "CREATE VIRTUAL TABLE t USING fts5(a)", "CREATE TABLE t"),
    (
        "s",
        "CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE b SET c = CASE WHEN 1 THEN 2 END; DELETE FROM d; END",
        "CREATE TRIGGER t",
    ),
    (
        "m",
        "CREATE DEFINER = `a`@`b` PROCEDURE p (IN x int) BEGIN IF x THEN DELETE FROM t; END IF; SELECT 1; END",
        "CREATE PROCEDURE p",
    ),
    (
        "p",
        "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS $x$ SELECT 1 FROM t; $x$",
        "CREATE FUNCTION f",
    ),
    ("p", "CREATE EVENT TRIGGER t ON ddl_command_end", "CREATE EVENT TRIGGER t"),
    ("m", "CREATE USER 'joe'@'%' IDENTIFIED BY 'secret'", "CREATE USER"),
    ("m", "RENAME TABLE a TO b", "RENAME TABLE a"),
    ("m", "RENAME TABLE a TO b, c.d WAIT 5 TO e", "RENAME TABLE a c.d"),
    ("m", "CREATE USER a@h IDENTIFIED BY 'c', b DEFAULT ROLE r, s", "CREATE USER a b"),
    ("p", "CREATE USER a WITH PASSWORD 'c' IN ROLE r, s", "CREATE USER a"),
    ("p", "DROP FUNCTION a(int, text), b", "DROP FUNCTION a b"),
    ("m", "DROP VIEW a, b", "DROP VIEW a b"),
    // Others.
    ("pmo", "CALL shop.restock(1, 'a')", "CALL shop.restock"),
    ("pmo", "{call restock(1)}", "call restock"),
    ("pm", "EXECUTE IMMEDIATE 'SELECT 1 FROM a'", "EXECUTE"),
    ("p", "EXPLAIN (ANALYZE, BUFFERS) SELECT * FROM a", "EXPLAIN SELECT a"),
    ("s", "EXPLAIN QUERY PLAN SELECT * FROM a", "EXPLAIN SELECT a"),
    ("m", "EXPLAIN FORMAT=JSON UPDATE a SET b = 1", "EXPLAIN UPDATE a"),
    ("m", "DESC a", "DESC a"),
    ("m", "DESCRIBE SELECT * FROM a", "DESCRIBE SELECT a"),
    ("s", "PRAGMA main.table_info('secret')", "PRAGMA main.table_info"),
    ("s", "PRAGMA journal_mode = WAL", "PRAGMA journal_mode"),
    ("pms", "SET x = 'secret'", "SET"),
    ("pm", "SHOW TABLES FROM a", "SHOW"),
    ("p", "COPY a (b, c) FROM STDIN", "COPY a"),
    ("p", "COPY (SELECT 1 FROM a) TO STDOUT", "COPY SELECT a"),
    ("p", "LISTEN a", "LISTEN a"),
    ("p", "NOTIFY a, 'secret'", "NOTIFY a"),
    ("p", "VACUUM (FULL) a, b", "VACUUM a b"),
    ("ps", "VACUUM", "VACUUM"),
    ("m", "ANALYZE NO_WRITE_TO_BINLOG TABLE a", "ANALYZE TABLE a"),
    ("m", "ANALYZE TABLE a, b", "ANALYZE TABLE a b"),
    ("m", "ANALYZE TABLE a UPDATE HISTOGRAM ON c, d WITH 5 BUCKETS", "ANALYZE TABLE a"),
    ("m", "ANALYZE TABLE a PERSISTENT FOR COLUMNS (c, d) INDEXES (i, j), b", "ANALYZE TABLE a b"),
    ("m", "OPTIMIZE TABLE a, b", "OPTIMIZE TABLE a b"),
    ("m", "OPTIMIZE NO_WRITE_TO_BINLOG TABLES a, s.b WAIT 5", "OPTIMIZE TABLES a s.b"),
    ("m", "CHECK TABLE a, b FOR UPGRADE", "CHECK TABLE a b"),
    ("m", "CHECKSUM TABLE a, b EXTENDED", "CHECKSUM TABLE a b"),
    ("m", "REPAIR LOCAL TABLE a, b QUICK", "REPAIR TABLE a b"),
    ("m", "FLUSH TABLES a, b WITH READ LOCK", "FLUSH"),
    ("p", "LOCK TABLE a, ONLY b IN SHARE MODE", "LOCK TABLE a b"),
    ("p", "VACUUM (ANALYZE) a (b, c), d", "VACUUM a d"),
    ("s", "VACUUM INTO 'c'", "VACUUM"),
    ("s", "VACUUM main INTO 'c'", "VACUUM main"),
    ("m", "LOCK TABLES a READ, b WRITE", "LOCK TABLES a b"),
    ("p", "PREPARE p (int) AS SELECT 1 FROM a", "PREPARE"),
    ("p", "DECLARE c CURSOR FOR SELECT 1 FROM a", "DECLARE"),
    ("pms", "GRANT SELECT ON a TO b", "GRANT"),
    ("pms", "SAVEPOINT _sqlx_savepoint_1", "SAVEPOINT"),
    ("pms", "ROLLBACK TO SAVEPOINT s", "ROLLBACK TO"),
    ("pm", "START TRANSACTION READ ONLY", "START TRANSACTION"),
    // Batches.
    ("pmso", "SELECT 1 FROM a;", "SELECT a"),
    ("pmso", ";; SELECT 1 FROM a; ;-- x", "SELECT a"),
    ("pmso", "INSERT INTO a VALUES (1); INSERT INTO a VALUES (2);", "BATCH INSERT a"),
    ("pmso", "INSERT INTO a VALUES (1); SELECT 1", "BATCH"),
    ("s", "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END; SELECT 1", "BATCH"),
    // Comments.
    ("pms", "/* FROM a */ SELECT -- FROM b\n 1 /* FROM c */ FROM /**/ d -- , e", "SELECT d"),
    ("p", "SELECT 1 /* /* */ FROM a */ FROM b", "SELECT b"),
    ("ms", "SELECT 1 /* /* */ FROM b", "SELECT b"),
    ("o", "SELECT 1 /* /* */ FROM b", "SELECT"),
    ("m", "SELECT 1 # FROM a\n FROM b", "SELECT b"),
    ("p", "SELECT 1 # 2, '{}'::jsonb #>> '{a}' FROM b", "SELECT b"),
    ("m", "SELECT 5--3 FROM b", "SELECT b"),
    ("ps", "SELECT 5--3 FROM b\n FROM c", "SELECT c"),
    // A comment that only some servers execute moves the ends of literals: no name stands behind it.
    ("m", "SELECT /*!40001 SQL_NO_CACHE */ * FROM a", "SELECT"),
    ("m", "SELECT * FROM a, b /*!50000 , c */, d", "SELECT a b"),
    ("m", "SELECT * FROM a /*!50000 .b */, c; DELETE FROM d", "BATCH"),
    ("m", "SELECT /*!99999 ' */ 'x FROM hunter2 '", "SELECT"),
    ("m", "SELECT /*M!999999 ' */ 'x FROM hunter2 '", "SELECT"),
    ("m", "SELECT 1 /*!999999 FROM hunter2 */", "SELECT"),
    ("m", "/*!99999 -- name: hunter2\n*/ SELECT 1 FROM a", "SELECT"),
    ("m", "/*!40000 ALTER TABLE a DISABLE KEYS */", "ALTER TABLE"),
    ("m", "SELECT /*+ NO_ICP(a) */ * FROM a", "SELECT a"),
    // Strings.
    ("s", r"SELECT 'a\' FROM b", "SELECT b"),
    ("p", r"SELECT 'a\' FROM b", "SELECT"),
    ("pms", r"SELECT 'a\\' FROM b", "SELECT b"),
    ("m", r"SELECT 'a\' FROM b', 'c' FROM d", "SELECT"),
    ("p", r"SELECT E'a\' FROM b', 'c' FROM d", "SELECT d"),
    ("p", "SELECT E'a'\n 'b\\' FROM c', 'd' FROM e", "SELECT e"),
    ("m", r#"SELECT "a FROM b" FROM c"#, "SELECT c"),
    ("p", "SELECT $$ FROM a $$, $x$ $$ FROM b $y$ $x$ FROM c", "SELECT c"),
    ("p", "SELECT a$$b, 'c' FROM d", "SELECT d"),
    ("pms", "SELECT N'FROM a', x'ff', 'it''s FROM b' FROM c", "SELECT c"),
    ("m", "SELECT _utf8'FROM a', @`FROM b`, @'FROM c', @@global.x FROM d", "SELECT d"),
    ("p", "SELECT x::text, y[1:2], ARRAY['FROM a'] FROM b", "SELECT b"),
    ("pmso", "SELECT 'unfinished FROM a", "SELECT"),
    // No SQL.
    ("pmso", "", ""),
    ("pmso", "hello world FROM a", ""),
    ("pmso", "42 SELECT 1 FROM a", ""),
    ("pmso", "'SELECT' 1 FROM a", ""),
    ("pmso", "SELECT", "SELECT"),
    ("pmso", "INSERT INTO", "INSERT"),
    ("pmso", ") SELECT ) 1 ) FROM ) a", "SELECT a"),
];

const NAMED: &[(&str, &str)] = &[
    ("-- name: get_user\nSELECT * FROM users", "get_user"),
    ("-- name: get_user :one\r\nSELECT 1", "get_user"),
    ("-- name:get.user-1:x :many  \nSELECT 1", "get.user-1:x"),
    ("/* name: get_user */ SELECT 1", "get_user"),
    ("/* a licence */\n-- about\n-- name: get_user\nSELECT 1", "get_user"),
    ("-- name: first\n-- name: second\nSELECT 1", "first"),
    ("SELECT 1 -- name: late", "SELECT"),
    ("; -- name: late\n SELECT 1", "SELECT"),
    ("-- name: two words\nSELECT 1", "SELECT"),
    ("-- name: 1st\nSELECT 1", "SELECT"),
    ("-- name: größe\nSELECT 1", "SELECT"),
    ("-- name:\nSELECT 1", "SELECT"),
    ("-- Name: x\nSELECT 1", "SELECT"),
    (
        "-- name: a234567890123456789012345678901234567890123456789012345678901234\nSELECT 1",
        "a234567890123456789012345678901234567890123456789012345678901234",
    ),
    (
        "-- name: a2345678901234567890123456789012345678901234567890123456789012345\nSELECT 1",
        "SELECT",
    ),
];

type Expected = Option<(&'static str, &'static str)>;

const CHANGES: &[(&str, &str, Expected)] = &[
    ("pmso", "INSERT INTO a.b VALUES (1)", Some(("INSERT", "a.b"))),
    ("ps", r#"INSERT INTO "A" VALUES (1) RETURNING b"#, Some(("INSERT", r#""A""#))),
    ("pms", "-- name: x\nDELETE FROM a WHERE b = 'c;d';", Some(("DELETE", "a"))),
    ("ms", "REPLACE INTO a VALUES (1)", Some(("REPLACE", "a"))),
    ("pmso", "UPDATE a SET b = 1", Some(("UPDATE", "a"))),
    ("pmso", "UPDATE a SET b = (SELECT max(b) FROM a)", Some(("UPDATE", "a"))),
    (
        "p",
        "MERGE INTO a USING (VALUES (1)) v (i) ON 1 WHEN MATCHED THEN DELETE",
        Some(("MERGE", "a")),
    ),
    ("m", "DELETE x FROM a x", Some(("DELETE", "a"))),
    ("pms", "WITH x AS (SELECT 1) INSERT INTO a SELECT * FROM x", Some(("INSERT", "a"))),
    ("p", "INSERT INTO a SELECT * FROM unnest($1)", Some(("INSERT", "a"))),
    ("m", r"INSERT INTO a VALUES ('it\'s')", Some(("INSERT", "a"))),
    ("pmso", "INSERT INTO a SELECT * FROM b", None),
    ("pmso", "INSERT INTO a SELECT 1; ; SELECT 1", None),
    ("ps", "UPDATE a SET b = 1 FROM c", None),
    ("m", "UPDATE a, b SET a.c = 1", None),
    ("m", r#"UPDATE a, "b" SET a.c = 1"#, None),
    ("p", "DELETE FROM a USING b", None),
    ("pmso", "DELETE FROM a WHERE b IN (SELECT c FROM d)", None),
    ("p", "WITH x AS (DELETE FROM a RETURNING *) SELECT * FROM x", None),
    ("p", "WITH x AS (DELETE FROM a RETURNING *) INSERT INTO a SELECT * FROM x", None),
    ("p", "EXPLAIN ANALYZE DELETE FROM a", None),
    ("m", "DELETE FROM a /*!50000 , b */", None),
    ("m", "/*!50000 DELETE */ FROM a", None),
    ("m", r"WITH x AS (SELECT '\', ') INSERT INTO hunter2 VALUES (1) -- ') SELECT 1", None),
    // Words that end a list of tables elsewhere stand inside a table reference here.
    ("m", "UPDATE d.a IGNORE INDEX FOR JOIN (PRIMARY), d.b SET d.a.v = 9", None),
    ("m", "UPDATE a USE KEY FOR ORDER BY (i, j), b SET a.c = 1", None),
    ("m", "UPDATE a FORCE INDEX FOR GROUP BY () SET c = 1", Some(("UPDATE", "a"))),
    ("m", "UPDATE a PARTITION (p0, p1), b SET a.c = 1", None),
    ("m", "UPDATE a PARTITION (p0) SET c = 1", Some(("UPDATE", "a"))),
    ("m", "UPDATE a FOR PORTION OF p FROM '1' TO '2' SET b = 1", Some(("UPDATE", "a"))),
    ("m", "DELETE FROM a FOR PORTION OF p FROM '1' TO '2'", Some(("DELETE", "a"))),
    ("p", "UPDATE a FOR PORTION OF p FROM '1' TO '2' SET b = 1 FROM c", None),
    ("m", "INSERT INTO a SELECT * FROM a FOR SYSTEM_TIME ALL, b", None),
    ("m", "INSERT INTO a SELECT * FROM a FOR SYSTEM_TIME AS OF '1'", Some(("INSERT", "a"))),
    ("m", "INSERT INTO a SELECT * FROM a FOR UPDATE", Some(("INSERT", "a"))),
    ("m", "UPDATE a offset, b SET a.c = 1", None),
    ("m", "UPDATE a AS window JOIN b SET a.c = 1", None),
    ("m", "UPDATE a offset LEFT JOIN b USING (i) SET a.c = 1", None),
    ("m", "UPDATE a SET c = 1 ORDER BY type, b LIMIT 1", Some(("UPDATE", "a"))),
    ("s", "UPDATE a INDEXED BY i SET c = 1", Some(("UPDATE", "a"))),
    ("s", "DELETE FROM a NOT INDEXED WHERE c = 1", Some(("DELETE", "a"))),
    ("p", "UPDATE ONLY a * SET c = 1", Some(("UPDATE", "a"))),
    ("p", "DELETE FROM ONLY a USING b TABLESAMPLE SYSTEM (1)", None),
    ("m", "INSERT INTO 2024_sales VALUES (1)", Some(("INSERT", "2024_sales"))),
    ("s", "\u{feff}INSERT INTO t VALUES (1)", Some(("INSERT", "t"))),
    ("pms", "DELETE FROM $1", None),
    ("pmo", "TRUNCATE TABLE a", None),
    ("pmso", "SELECT * FROM a FOR UPDATE", None),
    ("o", r"INSERT INTO a VALUES ('it\'s')", None),
    ("pmso", "CREATE TABLE a (b int)", None),
];

const ROWS: &[(&str, &str, bool)] = &[
    ("pmso", "SELECT 1", true),
    ("pmso", "(SELECT 1) UNION (SELECT 2)", true),
    ("pmso", "WITH x AS (SELECT 1) SELECT * FROM x", true),
    ("p", "WITH x AS (DELETE FROM a RETURNING *) INSERT INTO b SELECT * FROM x", false),
    ("pms", "INSERT INTO a VALUES (1) RETURNING b", true),
    ("p", "INSERT INTO a SELECT 1 FROM b RETURNING c", true),
    ("p", "UPDATE a SET b = 1 RETURNING c", true),
    ("pms", "DELETE FROM a RETURNING b", true),
    ("pmso", "DELETE FROM a WHERE returned = 'RETURNING'", false),
    ("pmso", "DELETE FROM a WHERE a.returning", false),
    ("pmso", "VALUES (1)", true),
    ("pm", "SHOW TABLES", true),
    ("s", "PRAGMA table_info(a)", true),
    ("pms", "EXPLAIN DELETE FROM a", true),
    ("p", "SELECT 1 INTO a", false),
    ("m", "SELECT b FROM a INTO OUTFILE 'c'", false),
    ("pmso", "INSERT INTO a SELECT 1", false),
    ("pmso", "CREATE TABLE a (b int)", false),
    ("pmso", "BEGIN; SELECT 1", true),
    ("pmso", "BEGIN; COMMIT", false),
    ("pmso", "hello", false),
];

const TRANSACTIONS: &[(&str, &str, TransactionStatement)] = &[
    ("pmso", "begin", TransactionStatement::Begin),
    ("s", "BEGIN IMMEDIATE TRANSACTION", TransactionStatement::Begin),
    ("s", "\u{feff}BEGIN", TransactionStatement::Begin),
    ("s", ";\u{feff}\x0c-- x\n\u{feff}COMMIT", TransactionStatement::Commit),
    ("pm", "\u{feff}BEGIN", TransactionStatement::None),
    ("pm", "START TRANSACTION ISOLATION LEVEL SERIALIZABLE", TransactionStatement::Begin),
    ("m", "START REPLICA", TransactionStatement::None),
    ("m", "BEGIN NOT ATOMIC COMMIT; SELECT 1; END", TransactionStatement::None),
    ("pmso", "COMMIT;", TransactionStatement::Commit),
    ("pso", "END", TransactionStatement::Commit),
    ("m", "END", TransactionStatement::None),
    ("pm", "COMMIT AND CHAIN", TransactionStatement::CommitAndChain),
    ("pm", "COMMIT WORK AND NO CHAIN", TransactionStatement::Commit),
    ("p", "COMMIT PREPARED 'x'", TransactionStatement::None),
    ("p", "PREPARE TRANSACTION 'x'", TransactionStatement::Rollback),
    ("pmso", "/* x */ ROLLBACK", TransactionStatement::Rollback),
    ("p", "ABORT", TransactionStatement::Rollback),
    ("pm", "ROLLBACK AND CHAIN", TransactionStatement::RollbackAndChain),
    ("p", "ROLLBACK PREPARED 'x'", TransactionStatement::None),
    ("m", "CREATE TABLE a (b int)", TransactionStatement::ImplicitCommit),
    ("pso", "CREATE TABLE a (b int)", TransactionStatement::None),
    ("m", "CREATE TEMPORARY TABLE a (b int)", TransactionStatement::None),
    ("m", "DROP TEMPORARY TABLE IF EXISTS a", TransactionStatement::None),
    ("m", "ALTER TABLE a ADD c int", TransactionStatement::ImplicitCommit),
    ("m", "DROP INDEX a ON b", TransactionStatement::ImplicitCommit),
    ("m", "RENAME TABLE a TO b", TransactionStatement::ImplicitCommit),
    ("m", "TRUNCATE a", TransactionStatement::ImplicitCommit),
    ("m", "LOCK TABLES a WRITE", TransactionStatement::ImplicitCommit),
    ("m", "GRANT SELECT ON a TO b", TransactionStatement::ImplicitCommit),
    ("m", "CREATE TABLE a (b int); CREATE TABLE c (d int)", TransactionStatement::Commit),
    ("m", "CREATE TABLE a (b int); START TRANSACTION", TransactionStatement::CommitAndChain),
    ("m", "LOCK INSTANCE FOR BACKUP", TransactionStatement::None),
    ("m", "DROP PREPARE p", TransactionStatement::None),
    ("m", "CREATE OR REPLACE VIEW a AS SELECT 1", TransactionStatement::ImplicitCommit),
    ("m", "SET autocommit = 0", TransactionStatement::AutocommitOff),
    ("m", "set @@session.AUTOCOMMIT=OFF", TransactionStatement::AutocommitOff),
    ("m", "SET autocommit = @old", TransactionStatement::AutocommitOff),
    ("m", "SET @@autocommit := 1", TransactionStatement::AutocommitOn),
    ("m", "SET `autocommit` = ON, sql_mode = ''", TransactionStatement::AutocommitOn),
    ("m", "SET autocommit = 10", TransactionStatement::AutocommitOff),
    ("pso", "SET autocommit = 0", TransactionStatement::None),
    ("m", "SET a = 1", TransactionStatement::None),
    ("m", "UPDATE a SET autocommit = 0", TransactionStatement::None),
    ("m", "SET autocommit = 0; COMMIT", TransactionStatement::Unclear),
    ("m", "XA START 'a'", TransactionStatement::RollbackAndChain),
    ("m", "XA BEGIN 'a'", TransactionStatement::RollbackAndChain),
    ("m", "XA END 'a'", TransactionStatement::None),
    ("m", "XA PREPARE 'a'", TransactionStatement::Rollback),
    ("m", "XA COMMIT 'a' ONE PHASE", TransactionStatement::Commit),
    ("m", "XA ROLLBACK 'a'", TransactionStatement::Rollback),
    ("p", "PREPARE p AS SELECT 1 AS transaction", TransactionStatement::None),
    ("s", "INSERT OR ROLLBACK INTO a VALUES (1)", TransactionStatement::OrRollback),
    ("s", "UPDATE OR ROLLBACK a SET b = 1", TransactionStatement::OrRollback),
    ("s", "INSERT OR IGNORE INTO a VALUES (1)", TransactionStatement::None),
    ("s", "BEGIN; INSERT OR ROLLBACK INTO a VALUES (1); COMMIT", TransactionStatement::Commit),
    ("pmso", "SAVEPOINT a; RELEASE b", TransactionStatement::Unclear),
    ("pmso", "ROLLBACK TO a; RELEASE a; COMMIT", TransactionStatement::Rollback),
    ("pmso", "BEGIN; SELECT 1", TransactionStatement::Begin),
    ("pmso", "SELECT 1; COMMIT", TransactionStatement::Commit),
    ("pmso", "BEGIN; SELECT 1; COMMIT; SELECT 1", TransactionStatement::Commit),
    ("pmso", "BEGIN; SELECT 1; ROLLBACK", TransactionStatement::Rollback),
    ("pmso", "COMMIT; BEGIN", TransactionStatement::CommitAndChain),
    ("pmso", "ROLLBACK; BEGIN; SELECT 1", TransactionStatement::RollbackAndChain),
    ("pmso", "COMMIT; BEGIN; COMMIT", TransactionStatement::Commit),
    ("pmso", "SAVEPOINT a; SELECT 1; RELEASE a", TransactionStatement::None),
    ("pmso", "BEGIN; SAVEPOINT a", TransactionStatement::Unclear),
    ("pmso", "SELECT 1; SELECT 2", TransactionStatement::None),
    ("pmso", "SELECT 'COMMIT'", TransactionStatement::None),
];
