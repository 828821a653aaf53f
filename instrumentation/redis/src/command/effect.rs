//! The effects of commands on a cache, and how their replies tell of them.

/// The effect of a command on a cache, as far as its reply tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Nothing, as `PING`, or nothing that its reply tells, as `EXPIRE`.
    Nothing,
    /// It asks for entries, as `GET`.
    Asks(Entries, Found),
    /// It asks for entries, and takes those out that it finds, as `GETDEL`.
    Takes(Entries, Found),
    /// It puts entries in, or takes them out, as `SET` and `DEL`.
    Writes(Entries, Done),
}

/// Which of its arguments are entries. The first one is after the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entries {
    /// The first one is its key: `key …`, as of `GET`.
    Key,
    /// The second one is the key, as long as it is one of the same database: `source key [REPLACE]`, as of
    /// `COPY`.
    Target,
    /// All are keys: `key …`, as of `MGET`.
    Keys,
    /// All but the last are keys: `key … path`, as of `JSON.MGET`.
    KeysBeforePath,
    /// Keys and values: `key value …`, as of `MSET`.
    KeyValues,
    /// Keys, paths and values: `key path value …`, as of `JSON.MSET`.
    KeyPathValues,
    /// As many keys and values as it says: `number key value … [option …]`, as of `MSETEX`.
    ListedKeyValues,
    /// All after the key are fields of a hash: `key field …`, as of `HMGET`.
    Fields,
    /// All after the key are fields of a hash and their values: `key field value …`, as of `HSET`.
    FieldValues,
    /// As many fields of a hash as it says: `key [option …] FIELDS number field …`, as of `HGETEX`.
    ListedFields,
    /// As many fields of a hash and values as it says: `key [option …] FIELDS number field value …`, as of
    /// `HSETEX`.
    ListedFieldValues,
}

/// How a reply tells which of the entries were there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// It is the entry, or nil, as that of `GET`.
    Whether,
    /// It is an array, of each entry or nil, as that of `MGET`.
    Each,
    /// It is the parts of the entry, of which there are none if it is not there, as that of `HGETALL`.
    Parts,
    /// It is the number of entries that were there, as that of `EXISTS`.
    Number,
}

/// How a reply tells whether something was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Done {
    /// All were, if it is `OK`, as of `MSET`.
    Okay,
    /// All were, if it is 1, as of `SETNX`.
    One,
    /// All were, if it is positive, as of `JSON.DEL`.
    Positive,
    /// All were, and it is the value of before, or nil, as of `GETSET`.
    Before,
    /// All were, and it is the number that came of it, as of `INCR`.
    After,
    /// It is the number of entries that were, as of `DEL`.
    Number,
    /// It depends on the options of `SET`.
    Set,
    /// It was, unless the range is empty, as of `SETRANGE`.
    Range,
    /// It was, unless the second of two numbers, by which it was incremented, is zero.
    Increment,
}

impl Effect {
    /// The effect that the table of commands calls so; other words do not compile.
    pub(super) const fn called(words: &str) -> Self {
        use self::{Done as D, Entries as E, Found as F};
        match words.as_bytes() {
            b"" => Self::Nothing,
            b"asks key" => Self::Asks(E::Key, F::Whether),
            b"asks keys" => Self::Asks(E::Keys, F::Each),
            b"asks documents" => Self::Asks(E::KeysBeforePath, F::Each),
            b"asks fields" => Self::Asks(E::Fields, F::Each),
            b"asks listed fields" => Self::Asks(E::ListedFields, F::Each),
            b"asks hash" => Self::Asks(E::Key, F::Parts),
            b"counts keys" => Self::Asks(E::Keys, F::Number),
            b"counts field" => Self::Asks(E::Key, F::Number),
            b"takes key" => Self::Takes(E::Key, F::Whether),
            b"takes listed fields" => Self::Takes(E::ListedFields, F::Each),
            b"sets key" => Self::Writes(E::Key, D::Set),
            b"puts key" => Self::Writes(E::Key, D::Okay),
            b"may write key" => Self::Writes(E::Key, D::One),
            b"copies key" => Self::Writes(E::Target, D::One),
            b"swaps key" => Self::Writes(E::Key, D::Before),
            b"changes key" => Self::Writes(E::Key, D::After),
            b"changes range" => Self::Writes(E::Key, D::Range),
            b"changes document" => Self::Writes(E::Key, D::Positive),
            b"increments key" => Self::Writes(E::Key, D::Increment),
            b"puts pairs" => Self::Writes(E::KeyValues, D::Okay),
            b"may put pairs" => Self::Writes(E::KeyValues, D::One),
            b"may put listed pairs" => Self::Writes(E::ListedKeyValues, D::One),
            b"puts documents" => Self::Writes(E::KeyPathValues, D::Okay),
            b"deletes keys" => Self::Writes(E::Keys, D::Number),
            b"adds fields" => Self::Writes(E::FieldValues, D::After),
            b"puts fields" => Self::Writes(E::FieldValues, D::Okay),
            b"may put listed fields" => Self::Writes(E::ListedFieldValues, D::One),
            b"deletes fields" => Self::Writes(E::Fields, D::Number),
            _ => panic!("not the words of an effect"),
        }
    }
}
