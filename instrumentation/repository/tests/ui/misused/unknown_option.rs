struct Books;

#[kymo_repository::repository("books", prefix = "shop", crate = kymo_repository)]
impl Books {
    fn count(&self) -> u64 {
        7
    }
}

fn main() {}
