//! Changes that may yet be undone.

use std::future::Future;

use crate::entity::{Change, Entity};

/// The changes of one transaction: counted when it is committed, and forgotten when it is not.
///
/// A set that is dropped forgets its changes, so that every way out of a function that does not commit
/// counts nothing.
///
/// ```
/// use kymo_repository::{ChangeSet, Entity};
///
/// # struct Transaction;
/// # impl Transaction {
/// #     async fn insert(&mut self) -> Result<u64, std::io::Error> { Ok(1) }
/// #     async fn commit(self) -> Result<(), std::io::Error> { Ok(()) }
/// # }
/// async fn order(mut transaction: Transaction, order: &Entity) -> Result<(), std::io::Error> {
///     let mut changes = ChangeSet::default();
///     changes.insert(order, transaction.insert().await?);
///     changes.commit_after(transaction.commit()).await
/// }
/// ```
#[derive(Debug, Default)]
#[must_use = "changes that are not committed are forgotten"]
pub struct ChangeSet {
    /// One for each entity and change.
    changes: Vec<(Entity, Change, u64)>,
}

impl ChangeSet {
    /// Notes `rows` that were inserted.
    pub fn insert(&mut self, entity: &Entity, rows: u64) {
        self.note(entity, Change::Insert, rows);
    }

    /// Notes `rows` that were updated.
    pub fn update(&mut self, entity: &Entity, rows: u64) {
        self.note(entity, Change::Update, rows);
    }

    /// Notes `rows` that were deleted.
    pub fn delete(&mut self, entity: &Entity, rows: u64) {
        self.note(entity, Change::Delete, rows);
    }

    /// Takes over what was noted in `released`: the changes of a savepoint that is kept.
    pub fn absorb(&mut self, released: Self) {
        for (entity, change, rows) in released.changes {
            self.note(&entity, change, rows);
        }
    }

    /// Counts all of it in `kymo.repository.entity.changes`: it was committed.
    pub fn commit(self) {
        for (entity, change, rows) in self.changes {
            entity.count(change, rows);
        }
    }

    /// Waits for `commit`, and counts all of it if that succeeds. Whether a commit that fails or is
    /// given up changed anything is not known, and nothing is counted.
    ///
    /// # Errors
    ///
    /// That of `commit`.
    pub async fn commit_after<T, E>(
        self,
        commit: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let committed = commit.await?;
        self.commit();
        Ok(committed)
    }

    fn note(&mut self, entity: &Entity, change: Change, rows: u64) {
        let known = self.changes.iter_mut().find(|(e, c, _)| e == entity && *c == change);
        match known {
            Some((.., noted)) => *noted = noted.saturating_add(rows),
            None => self.changes.push((entity.clone(), change, rows)),
        }
    }
}
