#[kymo_repository::repository("books", crate = kymo_repository)]
trait Books {
    fn count(&self) -> u64;
}

fn main() {}
