struct Books;

#[kymo_repository::repository("books", crate = kymo_repository)]
impl Books {
    #[kymo(ignore)]
    fn unknown(&self) {}

    #[kymo]
    fn empty(&self) {}

    #[kymo(name = "")]
    fn unnamed(&self) {}

    #[kymo(skip, name = "gone")]
    fn both(&self) {}

    #[kymo(errors("sold_out", ""))]
    fn nameless(&self) {}

    #[kymo(errors = "sold_out")]
    fn no_list(&self) {}

    #[kymo(skip, errors("sold_out"))]
    fn skipped(&self) {}

    #[kymo(skip)]
    fn new() -> Self {
        Self
    }
}

fn main() {}
