//! Receivers, lifetimes and returns of every kind.

#![deny(warnings)]

use std::{borrow::Cow, convert::Infallible, error::Error, future::Future, pin::Pin, sync::Arc};

use kymo_repository::Repository;

type BoxError = Box<dyn Error + Send + Sync>;

struct Books {
    repository: Repository,
    titles: Vec<String>,
}

#[allow(dead_code)]
#[kymo_repository::repository("books", crate = kymo_repository)]
impl Books {
    fn shared(self: &Arc<Self>, more: usize) -> usize {
        Arc::strong_count(self) + more
    }

    fn boxed(self: Box<Self>) -> usize {
        self.titles.len()
    }

    async fn pinned(self: Pin<&mut Self>) -> usize {
        self.titles.len()
    }

    async fn mutated(mut self) -> Vec<String> {
        self.titles.clear();
        self.titles
    }

    fn both<'a, 'b>(&'a mut self, other: &'b mut String) -> (&'a mut Vec<String>, &'b mut String) {
        (&mut self.titles, other)
    }

    async fn borrowed<'a>(&'a self, title: &'a str) -> Result<&'a str, BoxError> {
        if title.is_empty() {
            return Err("no title".into());
        }
        Ok(title)
    }

    async fn cow<'k>(&self, title: &'k str) -> Cow<'k, str> {
        Cow::Borrowed(title)
    }

    fn made(&self) -> impl Fn(usize) -> usize + use<> {
        |number| number + 1
    }

    fn called(&self) -> Box<dyn Fn() -> usize + '_> {
        Box::new(|| self.titles.len())
    }

    async fn again(&self, times: u32) -> Result<u32, BoxError> {
        if times == 0 {
            return Ok(0);
        }
        Box::pin(self.again(times - 1)).await.map(|made| made + 1)
    }

    async fn loaded<K, V, F, L>(&self, key: K, load: L) -> Result<V, BoxError>
    where
        K: AsRef<str> + Send,
        F: Future<Output = Result<V, BoxError>> + Send,
        L: FnOnce(String) -> F + Send,
        V: Send,
    {
        load(key.as_ref().to_owned()).await
    }

    async fn unit(&self) -> Result<(), BoxError> {
        std::fs::metadata("/nowhere")?;
        Ok(())
    }

    fn first(&self) -> Option<usize> {
        let first = self.titles.first()?;
        Some(first.len())
    }

    async fn collected(&self) -> Result<Vec<u64>, BoxError> {
        "1 2".split(' ').map(|number| Ok(number.parse()?)).collect()
    }

    async fn never_well(&self) -> Result<Infallible, BoxError> {
        Err("never".into())
    }

    extern "C" fn foreign(&self) -> u8 {
        7
    }

    async unsafe fn dangerous(&self) -> u8 {
        7
    }

    pub(self) fn private(&self) {}
}

fn main() {}
