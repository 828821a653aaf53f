//! The entities that repositories keep, and the counts of their changes.

use std::{fmt, sync::Arc};

use opentelemetry::{
    StringValue,
    metrics::{BoundCounter, Counter},
};

use crate::key;

/// A kind of thing that a repository keeps, such as books, as the metrics know it: its changes are told
/// to it.
///
/// This is for changes that are made for good at once, outside of any transaction; for those of one,
/// there is [`ChangeSet`](crate::ChangeSet). Clones, and entities of the same name, are the same.
///
/// ```
/// # async fn insert(title: &str) -> Result<u64, std::io::Error> { Ok(1) }
/// # async fn run(book: &kymo_repository::Entity) -> Result<(), std::io::Error> {
/// let rows = insert("Dune").await?;
/// book.inserted(rows);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Entity(Arc<EntitySeries>);

/// A change of an entity: the value of `kymo.entity.operation`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    Insert,
    Update,
    Delete,
}

/// The counters of one entity, all there from the start, at zero, so that the first change is a rate.
#[derive(Debug)]
pub(crate) struct EntitySeries {
    name: StringValue,
    changes: [BoundCounter<u64>; Change::ALL.len()],
}

impl Entity {
    pub(crate) fn new(series: Arc<EntitySeries>) -> Self {
        Self(series)
    }

    /// Counts `rows` that were inserted.
    pub fn inserted(&self, rows: u64) {
        self.count(Change::Insert, rows);
    }

    /// Counts `rows` that were updated.
    pub fn updated(&self, rows: u64) {
        self.count(Change::Update, rows);
    }

    /// Counts `rows` that were deleted; those that a database deletes along with them are not seen.
    pub fn deleted(&self, rows: u64) {
        self.count(Change::Delete, rows);
    }

    pub(crate) fn count(&self, change: Change, rows: u64) {
        self.0.changes[change as usize].add(rows);
    }
}

impl EntitySeries {
    pub(crate) fn new(changes: &Counter<u64>, name: StringValue) -> Self {
        let changes = Change::ALL.map(|change| {
            let operation = key::ENTITY_OPERATION.of(change.name());
            changes.bind(&[key::ENTITY_NAME.of(name.clone()), operation])
        });
        Self { name, changes }
    }
}

impl Change {
    pub(crate) const ALL: [Self; 3] = [Self::Insert, Self::Update, Self::Delete];

    fn name(self) -> &'static str {
        match self {
            Self::Insert => "insert",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}

/// Two are equal if they count into the same series.
impl PartialEq for Entity {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Entity {}

impl fmt::Debug for Entity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Entity").field(&self.0.name.as_str()).finish()
    }
}
