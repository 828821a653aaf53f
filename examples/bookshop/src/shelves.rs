//! `/shelves/1` and so on, of `--shelves N`: a route for each shelf, which is as it should be.

use axum::{
    Router,
    extract::{FromRef, State},
    response::IntoResponse,
    routing::get,
};

use crate::{cache::BookCache, problem::Problem, store::Books};

/// A router of so many.
pub(crate) fn router<S>(count: u8) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Books: FromRef<S>,
    BookCache: FromRef<S>,
{
    (1..=count).fold(Router::new(), |router, shelf| {
        let read = move |books, cache| read(shelf, books, cache);
        router.route(&format!("/shelves/{shelf}"), get(read))
    })
}

/// Its books, and the one in front.
async fn read(
    shelf: u8,
    State(books): State<Books>,
    State(cache): State<BookCache>,
) -> Result<impl IntoResponse, Problem> {
    let front = cache.find(shelf.into(), &books).await?;
    Ok(axum::Json((front, books.on_shelf(shelf).await?)))
}
