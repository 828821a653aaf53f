//! An error is counted under a kind that says what to do, in each system.

use std::{
    borrow::Cow,
    collections::BTreeSet,
    error::Error as StdError,
    fmt::{self, Display},
    io,
};

use proptest::prelude::*;

use super::*;

/// An error of a server, as a driver of its own might show it.
#[derive(Debug, Clone)]
struct Fault {
    text: String,
    code: Option<String>,
    kind: fn() -> ErrorKind,
}

impl Fault {
    /// As the driver of PostgreSQL or of SQLite shows it.
    fn coded(code: &str) -> Self {
        Self { text: "1146 of everything".to_owned(), code: Some(code.to_owned()), kind: other }
    }

    /// As the driver of MySQL shows it.
    fn numbered(number: u16, state: &str) -> Self {
        let text = format!("{number} ({state}): Duplicate entry '7' for key 'PRIMARY'");
        Self { text, code: Some(state.to_owned()), kind: other }
    }

    fn of_kind(self, kind: fn() -> ErrorKind) -> Self {
        Self { kind, ..self }
    }

    /// The `error.type`, and the status code, `""` for none.
    fn read(self, system: System) -> (&'static str, String) {
        let failure = Failure::of(&Error::Database(Box::new(self)), system).unwrap();
        let status = failure.status.map(|status| status.as_str().to_owned());
        (failure.kind, status.unwrap_or_default())
    }
}

fn other() -> ErrorKind {
    ErrorKind::Other
}

#[test]
fn errors_of_postgresql_are_counted_under_their_class_or_better() {
    for (code, kind) in [
        ("23505", "integrity_constraint_violation"),
        ("40P01", "deadlock"),
        ("40001", "serialization_failure"),
        ("40002", "transaction_rollback"),
        ("55P03", "lock_timeout"),
        ("08006", "connection_exception"),
        ("22012", "data_exception"),
        ("25P02", "invalid_transaction_state"),
        ("28P01", "invalid_authorization_specification"),
        ("42601", "syntax_error_or_access_rule_violation"),
        ("53300", "insufficient_resources"),
        ("57014", "operator_intervention"),
        ("57P01", "operator_intervention"),
        ("P0001", "database_error"),
        ("XX000", "database_error"),
    ] {
        assert_eq!(Fault::coded(code).read(System::Postgresql), (kind, code.to_owned()));
    }
}

#[test]
fn errors_of_mysql_are_counted_under_their_number_or_their_class() {
    for system in [System::Mysql, System::Mariadb] {
        for (number, state, kind) in [
            (1213, "40001", "deadlock"),
            (1020, "HY000", "serialization_failure"),
            (1205, "HY000", "lock_timeout"),
            (3572, "HY000", "lock_timeout"),
            (1317, "70100", "operator_intervention"),
            (1969, "70100", "operator_intervention"),
            (1040, "08004", "insufficient_resources"),
            (1114, "HY000", "insufficient_resources"),
            (1206, "HY000", "insufficient_resources"),
            (1045, "28000", "invalid_authorization_specification"),
            (1064, "42000", "syntax_error_or_access_rule_violation"),
            (1146, "42S02", "syntax_error_or_access_rule_violation"),
            (1264, "22003", "data_exception"),
            (1062, "23000", "integrity_constraint_violation"),
            (1815, "HY000", "database_error"),
        ] {
            let expected = (kind, number.to_string());
            assert_eq!(Fault::numbered(number, state).read(system), expected, "{system}");
        }
    }
    let stateless = Fault { text: "2013: gone".to_owned(), code: None, kind: other };
    assert_eq!(stateless.read(System::Mysql), ("database_error", "2013".to_owned()));
}

#[test]
fn errors_of_sqlite_are_counted_under_their_primary_code() {
    for (code, kind) in [
        ("1", "database_error"),
        ("5", "lock_timeout"),
        ("261", "lock_timeout"),
        ("517", "serialization_failure"),
        ("6", "lock_timeout"),
        ("262", "lock_timeout"),
        ("7", "insufficient_resources"),
        ("9", "operator_intervention"),
        ("10", "io"),
        ("266", "io"),
        ("13", "insufficient_resources"),
        ("14", "io"),
        ("18", "data_exception"),
        ("20", "data_exception"),
        ("23", "invalid_authorization_specification"),
        ("1811", "integrity_constraint_violation"),
        ("2579", "unique_violation"),
        ("26", "database_error"),
    ] {
        assert_eq!(Fault::coded(code).read(System::Sqlite), (kind, code.to_owned()));
    }
}

#[test]
fn a_constraint_is_counted_by_its_kind_in_every_system() {
    let kinds: [(fn() -> ErrorKind, _); 5] = [
        (|| ErrorKind::UniqueViolation, "unique_violation"),
        (|| ErrorKind::ForeignKeyViolation, "foreign_key_violation"),
        (|| ErrorKind::NotNullViolation, "not_null_violation"),
        (|| ErrorKind::CheckViolation, "check_violation"),
        (|| ErrorKind::ExclusionViolation, "exclusion_violation"),
    ];
    for system in System::ALL {
        for (kind, expected) in kinds {
            assert_eq!(Fault::coded("23000").of_kind(kind).read(system).0, expected);
        }
    }
}

#[test]
fn an_error_of_the_client_is_counted_as_what_it_is_and_has_no_status() {
    let text = || "it".to_owned();
    for (error, kind) in client_errors(&text) {
        let failure = Failure::of(&error, System::Postgresql).unwrap();
        assert_eq!((failure.kind, failure.status), (kind, None), "{error}");
        assert_eq!(failure.damage, Damage::Statement, "the server knows nothing of it");
    }
    assert_eq!(Failure::of(&Error::RowNotFound, System::Postgresql), None);
}

#[test]
fn every_failure_there_is_can_happen_and_no_other_does() {
    let text = || "it".to_owned();
    let mut seen: BTreeSet<_> = client_errors(&text).into_iter().map(|(_, kind)| kind).collect();
    let kinds: [fn() -> ErrorKind; 6] = [
        other,
        || ErrorKind::UniqueViolation,
        || ErrorKind::ForeignKeyViolation,
        || ErrorKind::NotNullViolation,
        || ErrorKind::CheckViolation,
        || ErrorKind::ExclusionViolation,
    ];
    seen.extend(kinds.map(|kind| Fault::coded("42601").of_kind(kind).read(System::Postgresql).0));
    let states = ["08", "22", "23", "25", "28", "40", "42", "53", "57", "XX"];
    seen.extend(
        states.map(|state| Fault::coded(&format!("{state}000")).read(System::Postgresql).0),
    );
    seen.extend(["40P01", "40001", "55P03"].map(|s| Fault::coded(s).read(System::Postgresql).0));
    for position in 0..FAILURES.len() {
        let missing =
            !seen.iter().any(|kind| usize::from(FAILURES.bound(kind).index()) == position + 1);
        assert!(!missing, "failure {position} never happens");
    }
    seen.remove(kymo_core::OTHER);
    assert_eq!(seen.len(), FAILURES.len());
}

#[test]
fn what_a_failed_statement_takes_with_it_depends_on_the_system() {
    let damage = |fault: Fault, system| {
        Failure::of(&Error::Database(Box::new(fault)), system).unwrap().damage
    };
    assert_eq!(damage(Fault::coded("42601"), System::Postgresql), Damage::Level);
    assert_eq!(damage(Fault::coded("1"), System::Sqlite), Damage::Statement);
    assert_eq!(damage(Fault::numbered(1062, "23000"), System::Mysql), Damage::Statement);
    assert_eq!(damage(Fault::numbered(1205, "HY000"), System::Mysql), Damage::Statement);
    for number in [1213, 1020, 1206] {
        assert_eq!(damage(Fault::numbered(number, "HY000"), System::Mysql), Damage::Transaction);
    }
}

proptest! {
    #[test]
    fn whatever_a_server_answers_the_set_is_closed_and_the_status_is_no_text(
        system in proptest::sample::select(&System::ALL[..]),
        text in "\\PC{0,40}|[0-9]{0,12}( \\([0-9A-Z]{0,6}\\))?:? ?\\PC{0,9}",
        code in proptest::option::of("\\PC{0,12}|[0-9A-Z]{0,9}"),
    ) {
        let (kind, status) = Fault { text: text.clone(), code: code.clone(), kind: other }.read(system);
        prop_assert!(FAILURES.bound(kind) != kymo_core::Bounded::OTHER, "{kind}");
        if system.is_mysql() {
            // A number of MySQL has 16 bits, and stands before the state or a colon.
            let number = status.parse::<u16>().is_ok() || status.is_empty();
            prop_assert!(number && text.starts_with(&status), "{status} of {text}");
            if let (Some(code), false) = (&code, status.is_empty()) {
                let before = format!("{status} ({code}): ");
                prop_assert!(text.starts_with(&before), "{text}");
            }
        } else {
            prop_assert!(status.is_empty() || code.as_ref() == Some(&status));
            prop_assert!(status.len() <= 8 && status.bytes().all(|b| b.is_ascii_alphanumeric()));
        }
    }
}

#[test]
fn a_text_that_begins_with_a_value_is_not_taken_for_a_number() {
    for text in ["1234567 is taken", "4111111111111111", "42 is taken", "42", "1062 (x): no", ""] {
        let fault = Fault { text: text.to_owned(), code: Some("23000".to_owned()), kind: other };
        let (kind, status) = fault.read(System::Mysql);
        assert_eq!((kind, &*status), ("integrity_constraint_violation", ""), "{text}");
    }
}

#[test]
fn an_error_says_by_its_code_whose_it_is() {
    for (fault, kind) in [
        (Fault::coded("40P01"), "deadlock"),
        (Fault::coded("40001"), "serialization_failure"),
        (Fault::coded("42601"), "syntax_error_or_access_rule_violation"),
        (Fault::coded("23505").of_kind(|| ErrorKind::UniqueViolation), "unique_violation"),
        (Fault::numbered(1213, "40001"), "deadlock"),
        (Fault::numbered(1205, "HY000"), "lock_timeout"),
        (Fault::coded("5"), "lock_timeout"),
        (Fault::coded("517"), "serialization_failure"),
        (Fault::coded("2579"), "unique_violation"),
        (Fault { code: None, ..Fault::coded("") }, "database_error"),
    ] {
        assert_eq!(error_type(&Error::Database(Box::new(fault.clone()))), kind, "{fault:?}");
    }
    for (error, kind) in client_errors(&|| "5".to_owned()) {
        assert_eq!(error_type(&error), kind);
    }
    assert_eq!(error_type(&Error::RowNotFound), "row_not_found");
}

/// Every error that sqlx makes itself, and what it is counted under.
fn client_errors(text: &dyn Fn() -> String) -> Vec<(Error, &'static str)> {
    let cause = || text().into();
    vec![
        (Error::PoolTimedOut, "pool_timed_out"),
        (Error::PoolClosed, "pool_closed"),
        (Error::Io(io::Error::other(text())), "io"),
        (Error::Tls(cause()), "tls"),
        (Error::Protocol(text()), "protocol"),
        (Error::WorkerCrashed, "worker_crashed"),
        (Error::Configuration(cause()), "configuration"),
        (Error::InvalidArgument(text()), "invalid_argument"),
        (Error::Encode(cause()), "encode"),
        (Error::Decode(cause()), "decode"),
        (Error::ColumnDecode { index: text(), source: cause() }, "decode"),
        (Error::ColumnNotFound(text()), "decode"),
        (Error::ColumnIndexOutOfBounds { index: 1, len: 0 }, "decode"),
        (Error::AnyDriverError(cause()), "decode"),
        (Error::TypeNotFound { type_name: text() }, "type_not_found"),
        (Error::BeginFailed, "transaction"),
        (Error::InvalidSavePointStatement, "transaction"),
        (
            Error::Migrate(Box::new(sqlx::migrate::MigrateError::VersionMissing(7))),
            kymo_core::OTHER,
        ),
    ]
}

impl Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl StdError for Fault {}

impl DatabaseError for Fault {
    fn message(&self) -> &str {
        &self.text
    }

    fn code(&self) -> Option<Cow<'_, str>> {
        self.code.as_deref().map(Cow::Borrowed)
    }

    fn as_error(&self) -> &(dyn StdError + Send + Sync + 'static) {
        self
    }

    fn as_error_mut(&mut self) -> &mut (dyn StdError + Send + Sync + 'static) {
        self
    }

    fn into_error(self: Box<Self>) -> Box<dyn StdError + Send + Sync + 'static> {
        self
    }

    fn kind(&self) -> ErrorKind {
        (self.kind)()
    }
}
