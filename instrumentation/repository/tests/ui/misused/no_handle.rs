struct Books {
    metrics: kymo_repository::Repository,
}

#[kymo_repository::repository("books", crate = kymo_repository)]
impl Books {
    fn count(&self) -> u64 {
        7
    }
}

fn main() {}
