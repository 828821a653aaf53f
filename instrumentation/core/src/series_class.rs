//! Who can make a series.

/// Who can make a key, and so which room a [`SeriesCache`](crate::SeriesCache) has for it.
///
/// A client that sends odd requests makes keys in masses, for nothing. If all keys shared one room, that
/// client would decide how much is left for the failure that nobody has seen yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeriesClass {
    /// A client alone can make it, whatever the program does: by an unknown method, a request that
    /// is refused, a hang-up, a statement that does not parse.
    ///
    /// Such keys get half of the room at most, whatever else there is.
    Client,
    /// It takes the program to make it, and it tells of nothing that is wrong.
    ///
    /// Such keys get the room, as far as it is not taken.
    Ordinary,
    /// An operator must see it when it happens for the first time, above all a failure of the
    /// program.
    ///
    /// Such keys get the room, and once that is taken, a reserve that no key of another class
    /// gets. A client can make variants of it, as by another version of the protocol. So only
    /// keys that cannot be folded any further within this class go into the reserve: its size is how
    /// many of them keep what they are known by.
    Operator,
}
