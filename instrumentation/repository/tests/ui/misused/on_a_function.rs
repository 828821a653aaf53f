#[kymo_repository::repository("books", crate = kymo_repository)]
fn count() -> u64 {
    7
}

fn main() {}
