#[kymo_repository::repository("books", crate = kymo_repository)]
struct Books;

fn main() {}
