//! Methods of a trait.

use std::{future::Future, io};

use async_trait::async_trait;
use kymo_repository::Repository;

use crate::repository_meters::{RepositoryMeters, counts};

#[async_trait]
trait Store: Send + Sync {
    async fn find(&self, id: u64) -> io::Result<String>;

    async fn insert(&mut self, title: &str) -> io::Result<usize>;

    fn count(&self) -> usize;
}

struct Above {
    repository: Repository,
    titles: Vec<String>,
}

struct Below {
    repository: Repository,
    titles: Vec<String>,
}

#[async_trait]
#[kymo_repository::repository("above", crate = kymo_repository)]
impl Store for Above {
    async fn find(&self, id: u64) -> io::Result<String> {
        let place = usize::try_from(id).map_err(io::Error::other)?;
        let found = self.titles.get(place).cloned();
        found.ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    async fn insert(&mut self, title: &str) -> io::Result<usize> {
        self.titles.push(title.to_owned());
        Ok(self.titles.len())
    }

    fn count(&self) -> usize {
        self.titles.len()
    }
}

#[kymo_repository::repository("below", crate = kymo_repository)]
#[async_trait]
impl Store for Below {
    async fn find(&self, id: u64) -> io::Result<String> {
        let place = usize::try_from(id).map_err(io::Error::other)?;
        let found = self.titles.get(place).cloned();
        found.ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    async fn insert(&mut self, title: &str) -> io::Result<usize> {
        self.titles.push(title.to_owned());
        Ok(self.titles.len())
    }

    fn count(&self) -> usize {
        self.titles.len()
    }
}

/// As the language has it by itself.
trait Finder {
    fn find(&self, id: u64) -> impl Future<Output = io::Result<u64>> + Send;
}

struct Shelf {
    repository: Repository,
}

#[kymo_repository::repository("shelf", crate = kymo_repository)]
impl Finder for Shelf {
    async fn find(&self, id: u64) -> io::Result<u64> {
        if id == 0 { Err(io::ErrorKind::NotFound.into()) } else { Ok(id) }
    }
}

#[tokio::test]
async fn methods_of_async_trait_are_observed_whichever_comes_first() {
    let meters = RepositoryMeters::new();
    let above = Above { repository: meters.metrics.described::<Above>(), titles: Vec::new() };
    let below = Below { repository: meters.metrics.described::<Below>(), titles: Vec::new() };
    let stores: [Box<dyn Store>; 2] = [Box::new(above), Box::new(below)];
    for mut store in stores {
        assert_eq!(store.insert("Dune").await.unwrap(), 1);
        assert_eq!(store.find(0).await.unwrap(), "Dune");
        assert_eq!(store.find(1).await.unwrap_err().kind(), io::ErrorKind::NotFound);
        assert_eq!(store.count(), 1);
        drop(store.find(0));
    }
    let of = |name: &str| {
        ["count", "find", "find _OTHER", "insert"].map(|method| (format!("{name} {method}"), 1))
    };
    let all = of("above").into_iter().chain(of("below")).collect();
    assert_eq!(meters.operations(), all);
}

#[tokio::test]
async fn async_methods_of_a_trait_are_observed() {
    let meters = RepositoryMeters::new();
    let shelf = Shelf { repository: meters.metrics.described::<Shelf>() };
    assert_eq!(shelf.find(7).await.unwrap(), 7);
    assert!(tokio::spawn(async move { shelf.find(0).await }).await.unwrap().is_err());
    assert_eq!(meters.operations(), counts(&[("shelf find", 1), ("shelf find _OTHER", 1)]));
}
