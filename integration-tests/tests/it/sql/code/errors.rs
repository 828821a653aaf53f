//! Statements that go wrong every day.

use sqlx::{
    Decode, Encode, Type, ValueRef,
    encode::IsNull,
    error::{BoxDynError, ErrorKind},
};

use super::{Db, Pool, Transcript, dialect};

pub(super) async fn run(pool: &Pool, transcript: &mut Transcript) {
    refused(pool, transcript).await;
    misread(pool, transcript).await;
    within_a_transaction(pool, transcript).await;
}

async fn refused(pool: &Pool, transcript: &mut Transcript) {
    let author = async |name: Option<&str>| {
        sqlx::query(dialect::ADD_AUTHOR).bind(name).execute(pool).await.unwrap_err()
    };
    let book = async |author: i64, pages: i32| {
        let query = sqlx::query(dialect::ADD_BOOK).bind(50_i64).bind(author).bind("x").bind(pages);
        let query = query.bind(1.0).bind(1.0_f32).bind(true).bind(Vec::<u8>::new());
        query.execute(pool).await.unwrap_err()
    };
    let errors = [
        (ErrorKind::UniqueViolation, author(Some("Herbert")).await),
        (ErrorKind::NotNullViolation, author(None).await),
        (ErrorKind::ForeignKeyViolation, book(77, 1).await),
        (ErrorKind::CheckViolation, book(1, 0).await),
    ];
    for (kind, error) in errors {
        let told = error.as_database_error().expect("the database says so");
        transcript.note("its code", (told.code(), told.kind(), told.constraint(), told.table()));
        assert_eq!(told.kind(), kind, "{error}");
        transcript.tried::<(), _>("refused", Err(error));
    }
    let nonsense = sqlx::query("SELEC title FROM books").execute(pool).await;
    transcript.tried("nonsense", nonsense);
    let nonsense = sqlx::raw_sql("SELECT 1; SELEC").fetch_all(pool).await;
    transcript.tried("nonsense at the end", nonsense.map(|rows| rows.len()));
    let nowhere = sqlx::query("SELECT * FROM nowhere").fetch_optional(pool).await;
    transcript.tried("nowhere", nowhere.map(|_| ()));
    let empty = sqlx::query("").execute(pool).await;
    transcript.tried("nothing at all", empty);
    let comment = sqlx::query("-- only a comment").fetch_optional(pool).await;
    transcript.tried("a comment", comment.map(|row| row.is_some()));
}

async fn misread(pool: &Pool, transcript: &mut Transcript) {
    let none = sqlx::query(dialect::BOOK).bind(99_i64).fetch_one(pool).await;
    transcript.tried("nobody", none.map(|_| ()));
    let secret = sqlx::query(dialect::RENAME).bind(Unspeakable).bind(1_i64).execute(pool).await;
    transcript.tried("what cannot be encoded", secret);
    let secret = sqlx::query_scalar::<_, Unspeakable>("SELECT title FROM books WHERE id = 1");
    transcript.tried("what cannot be decoded", secret.fetch_one(pool).await.map(|_| ()));
    let text = sqlx::query_scalar::<_, String>("SELECT id FROM books WHERE id = 1");
    transcript.tried("another type", text.fetch_one(pool).await);
    let null = sqlx::query_scalar::<_, i32>("SELECT pages FROM books WHERE id = 2");
    transcript.tried("no null", null.fetch_one(pool).await);
    let short = sqlx::query_as::<_, (i64, String)>("SELECT id FROM books").fetch_all(pool).await;
    transcript.tried("too few columns", short);
}

/// Databases differ in what a statement that fails leaves of a transaction.
async fn within_a_transaction(pool: &Pool, transcript: &mut Transcript) {
    let mut tx = pool.begin().await.unwrap();
    sqlx::query(dialect::RENAME).bind("lost?").bind(1_i64).execute(&mut *tx).await.unwrap();
    let failed = sqlx::query(dialect::ADD_AUTHOR).bind("Herbert").execute(&mut *tx).await;
    transcript.tried("failed within", failed);
    let after = sqlx::query(dialect::BOOK).bind(1_i64).fetch_optional(&mut *tx).await;
    transcript.tried("after that", after.map(|row| row.is_some()));
    transcript.tried("its commit", tx.commit().await);
    transcript.note("what became of it", super::books::titles(pool).await);
}

/// A text that is never told.
struct Unspeakable;

impl Type<Db> for Unspeakable {
    fn type_info() -> <Db as sqlx::Database>::TypeInfo {
        <String as Type<Db>>::type_info()
    }

    fn compatible(ty: &<Db as sqlx::Database>::TypeInfo) -> bool {
        <String as Type<Db>>::compatible(ty)
    }
}

impl Encode<'_, Db> for Unspeakable {
    fn encode_by_ref(
        &self,
        _: &mut <Db as sqlx::Database>::ArgumentBuffer,
    ) -> Result<IsNull, BoxDynError> {
        Err("unspeakable".into())
    }
}

impl<'r> Decode<'r, Db> for Unspeakable {
    fn decode(value: <Db as sqlx::Database>::ValueRef<'r>) -> Result<Self, BoxDynError> {
        Err(format!("unspeakable, null: {}", value.is_null()).into())
    }
}
