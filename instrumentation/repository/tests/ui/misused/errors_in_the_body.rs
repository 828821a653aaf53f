//! A mistake in a method is reported where it is, as without the attribute.

struct Books {
    repository: kymo_repository::Repository,
}

#[kymo_repository::repository("books", crate = kymo_repository)]
impl Books {
    async fn find(&self, id: u64) -> Result<String, std::io::Error> {
        Ok(id)
    }

    fn count(&self) -> u64 {
        self.titles.len()
    }
}

fn main() {}
