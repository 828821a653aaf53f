struct Books;

#[kymo_repository::repository("books", crate = kymo_repository)]
impl Books {
    const fn count(&self) -> u64 {
        7
    }
}

fn main() {}
