//! Methods of generic types, and generic methods.

use std::{fmt::Debug, io, marker::PhantomData};

use kymo_repository::Repository;

use crate::repository_meters::{RepositoryMeters, counts};

struct Books<'s, S: ?Sized, const N: usize> {
    repository: Repository,
    store: &'s S,
}

#[kymo_repository::repository("books", crate = kymo_repository)]
impl<'s, S, const N: usize> Books<'s, S, N>
where
    S: Debug + Sync + ?Sized + 's,
{
    async fn store(&self) -> io::Result<&'s S> {
        Ok(self.store)
    }

    async fn made<T: Default>(&self, _unused: [T; N]) -> io::Result<T> {
        Ok(T::default())
    }

    fn shown<F>(&self, show: F) -> String
    where
        F: FnOnce(&S) -> String,
    {
        show(self.store)
    }
}

/// Something that keeps what there are several kinds of.
trait Keeper<T> {
    fn keep(&self, kept: T) -> Result<T, String>;
}

struct Shelf<S> {
    repository: Repository,
    keeps: PhantomData<S>,
}

#[kymo_repository::repository("shelf", crate = kymo_repository)]
impl<S, T> Keeper<T> for Shelf<S>
where
    S: Send,
    T: Debug,
{
    fn keep(&self, kept: T) -> Result<T, String> {
        Ok(kept)
    }
}

/// A further block of a type that has its name already.
#[kymo_repository::repository(crate = kymo_repository)]
impl<S> Shelf<S> {
    fn dust(&self) {}
}

#[tokio::test]
async fn a_generic_repository_is_observed_for_every_type() {
    let meters = RepositoryMeters::new();
    let repository = meters.metrics.described::<Books<'_, str, 2>>();
    let books = Books::<'_, str, 2> { repository, store: "cellar" };
    assert_eq!(books.store().await.unwrap(), "cellar");
    assert_eq!(books.made([7_u8, 8]).await.unwrap(), 0);
    assert_eq!(books.shown(str::to_uppercase), "CELLAR");
    let all = [("books made", 1), ("books shown", 1), ("books store", 1)];
    assert_eq!(meters.operations(), counts(&all));
}

#[test]
fn a_generic_trait_is_observed_and_so_is_a_further_block() {
    let meters = RepositoryMeters::new();
    let repository = meters.metrics.described::<Shelf<u8>>();
    let shelf = Shelf::<u8> { repository, keeps: PhantomData };
    assert_eq!(shelf.keep("Dune"), Ok("Dune"));
    assert_eq!(shelf.keep(7), Ok(7));
    shelf.dust();
    assert_eq!(meters.operations(), counts(&[("shelf dust", 1), ("shelf keep", 2)]));
}
