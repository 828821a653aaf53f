struct Books;

#[kymo_repository::repository(books)]
impl Books {
    fn count(&self) -> u64 {
        7
    }
}

fn main() {}
