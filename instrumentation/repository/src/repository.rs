//! One repository.

use std::{fmt, future::Future, sync::Arc};

use kymo_core::{Bounded, OTHER, Outcome};

use crate::{
    entity::Entity, known_method::KnownMethod, method::Method, repository_metrics::Shared,
    series::OperationKey,
};

/// A repository as the metrics know it: its methods are called through this.
///
/// Clones, and repositories of the same name, are the same: their counts are sums.
#[derive(Clone)]
pub struct Repository {
    shared: Arc<Shared>,
    name: Bounded,
}

impl Repository {
    pub(crate) fn new(shared: Arc<Shared>, name: Bounded) -> Self {
        Self { shared, name }
    }

    /// Times `operation`, which does what the method called `method` does, in
    /// `kymo.repository.operation.duration`: from its first poll until its result, an error being
    /// `_OTHER`. One that is dropped before that is `cancelled`, one that unwinds `panic`, and one that
    /// is never polled is nothing.
    ///
    /// ```
    /// # async fn query(id: u64) -> Result<String, std::io::Error> { Ok(String::new()) }
    /// # async fn run(books: &kymo_repository::Repository) -> Result<(), std::io::Error> {
    /// let title = books.observe("title", query(7)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn observe<F, T, E>(
        &self,
        method: &'static str,
        operation: F,
    ) -> impl Future<Output = F::Output> + use<F, T, E>
    where
        F: Future<Output = Result<T, E>>,
    {
        self.observe_with(method, operation, unnamed)
    }

    /// As [`Repository::observe`], of a future that may come to anything: `error_type` says what is
    /// wrong with its answer, if anything is, in a word of few.
    ///
    /// ```
    /// # async fn query(id: u64) -> Option<String> { None }
    /// # async fn run(books: &kymo_repository::Repository) {
    /// let title = books.observe_with("title", query(7), |_| None).await;
    /// # }
    /// ```
    pub fn observe_with<F, C>(
        &self,
        method: &'static str,
        operation: F,
        error_type: C,
    ) -> impl Future<Output = F::Output> + use<F, C>
    where
        F: Future,
        C: FnOnce(&F::Output) -> Option<&'static str>,
    {
        self.method(method).observe(operation, error_type)
    }

    /// As [`Repository::observe`], of code that blocks.
    ///
    /// # Errors
    ///
    /// That of `operation`.
    pub fn observe_sync<T, E>(
        &self,
        method: &'static str,
        operation: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        self.observe_sync_with(method, operation, unnamed)
    }

    /// As [`Repository::observe_with`], of code that blocks.
    pub fn observe_sync_with<T>(
        &self,
        method: &'static str,
        operation: impl FnOnce() -> T,
        error_type: impl FnOnce(&T) -> Option<&'static str>,
    ) -> T {
        self.method(method).observe_sync(operation, error_type)
    }

    /// The method called `name`, to be observed when this repository is not at hand any more.
    ///
    /// The first 400 names of all repositories are kept apart, and later ones are `_OTHER`.
    #[inline]
    pub fn method(&self, name: &'static str) -> Method {
        Method::new(Arc::clone(&self.shared), self.name, self.shared.method(name), None)
    }

    /// The same, whose body has a place in which to remember it.
    #[inline]
    pub(crate) fn known_method(&self, name: &'static str, known: &'static KnownMethod) -> Method {
        let bounded = known.name(self.shared.serial, || self.shared.method(name));
        Method::new(Arc::clone(&self.shared), self.name, bounded, Some(&known.series))
    }

    /// Shows `methods`, and each of `errors` of each of them, from now on, at zero, so that the first is
    /// a rate. Expected series have half of the room of all repositories, 500; later ones are left out
    /// until they happen.
    pub fn expect(&self, methods: &[&'static str], errors: &[&'static str]) {
        for method in methods {
            let method = self.shared.method(method);
            let failed = errors.iter().map(|error| Outcome::Failed(self.shared.error(error)));
            for outcome in [Outcome::Success].into_iter().chain(failed) {
                self.shared.expect(OperationKey { repository: self.name, method, outcome });
            }
        }
    }

    /// The entity called `name`, such as `book`: whoever inserts, updates or deletes one tells it so.
    ///
    /// It is the same for everybody who asks any repository for it by that name. The first 128 names
    /// are kept apart, and later ones, and an empty one, are `_OTHER`.
    pub fn entity(&self, name: &str) -> Entity {
        self.shared.entity(name)
    }
}

/// Of an error that nobody named.
fn unnamed<T, E>(answer: &Result<T, E>) -> Option<&'static str> {
    answer.is_err().then_some(OTHER)
}

/// Two are equal if they count into the same series.
impl PartialEq for Repository {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared) && self.name == other.name
    }
}

impl Eq for Repository {}

impl fmt::Debug for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Repository").field(&self.shared.repository_name(self.name)).finish()
    }
}
