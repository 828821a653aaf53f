//! Methods that return a future, which runs later.

use std::{
    future::{Future, pending, ready},
    pin::Pin,
    rc::Rc,
};

use futures_util::{
    FutureExt,
    future::{BoxFuture, LocalBoxFuture},
};
use kymo_repository::Repository;

use crate::repository_meters::{RepositoryMeters, counts};

struct Books {
    metrics: (Repository,),
    title: String,
}

#[kymo_repository::repository("books", handle = self.metrics.0, crate = kymo_repository)]
impl Books {
    fn opaque(&self) -> impl Future<Output = Result<&str, String>> + Send {
        ready(Ok(self.title.as_str()))
    }

    fn boxed<'a>(
        &'a self,
        fails: bool,
    ) -> Pin<Box<dyn Future<Output = Result<&'a str, String>> + Send + 'a>> {
        if fails {
            return Box::pin(ready(Err("gone".to_owned())));
        }
        Box::pin(async { Ok(self.title.as_str()) })
    }

    fn named(&self) -> BoxFuture<'_, Result<usize, String>> {
        ready(Ok(self.title.len())).boxed()
    }

    fn local(&self) -> LocalBoxFuture<'_, Option<Rc<str>>> {
        ready(Some(Rc::from(self.title.as_str()))).boxed_local()
    }

    fn never(&self) -> BoxFuture<'static, ()> {
        pending().boxed()
    }

    async fn local_too(&self) -> Rc<str> {
        Rc::from(self.title.as_str())
    }
}

fn books() -> (RepositoryMeters, Books) {
    let meters = RepositoryMeters::new();
    let metrics = (meters.metrics.repository("books"),);
    (meters, Books { metrics, title: "Dune".to_owned() })
}

#[test]
fn a_future_that_is_returned_is_observed_when_it_runs() {
    let (meters, books) = books();
    assert_eq!(books.opaque().now_or_never(), Some(Ok("Dune")));
    assert_eq!(books.boxed(false).now_or_never(), Some(Ok("Dune")));
    assert_eq!(books.boxed(true).now_or_never(), Some(Err("gone".to_owned())));
    assert_eq!(books.named().now_or_never(), Some(Ok(4)));
    assert_eq!(books.local().now_or_never().flatten().as_deref(), Some("Dune"));
    assert_eq!(books.local_too().now_or_never().as_deref(), Some("Dune"));
    assert_eq!(books.never().now_or_never(), None);
    drop((books.opaque(), books.boxed(true), books.never()));
    let all = [
        ("books boxed", 1),
        ("books boxed _OTHER", 1),
        ("books local", 1),
        ("books local_too", 1),
        ("books named", 1),
        ("books never cancelled", 1),
        ("books opaque", 1),
    ];
    assert_eq!(meters.operations(), counts(&all));
}

/// That this compiles is the test.
#[test]
fn it_may_be_sent_if_it_may_be_without_the_attribute() {
    fn sent(_: &impl Send) {}
    let (_meters, books) = books();
    sent(&books.opaque());
    sent(&books.boxed(true));
    sent(&books.named());
}
