//! A list that only ever grows.

use std::sync::OnceLock;

/// A list of a greatest length, whose items are put in once and stay.
///
/// So a read takes no lock. It takes memory as items come, a chunk at a time.
#[derive(Debug)]
pub(crate) struct List<T> {
    chunks: Box<[Chunk<T>]>,
    most: usize,
}

type Chunk<T> = OnceLock<Box<[OnceLock<T>]>>;

impl<T> List<T> {
    /// An empty list that has room for so many items.
    pub(crate) fn for_items(most: usize) -> Self {
        Self { chunks: (0..most.div_ceil(CHUNK)).map(|_| OnceLock::new()).collect(), most }
    }

    /// The item number `index`, if it was put in.
    pub(crate) fn get(&self, index: usize) -> Option<&T> {
        self.chunks.get(index / CHUNK)?.get()?.get(index % CHUNK)?.get()
    }

    /// Puts in the item number `index`; `false` where there is one, or no room for it.
    pub(crate) fn put(&self, index: usize, item: T) -> bool {
        let chunk = self.chunks.get(index / CHUNK).filter(|_| index < self.most);
        let chunk =
            chunk.map(|it| it.get_or_init(|| (0..CHUNK).map(|_| OnceLock::new()).collect()));
        let place = chunk.and_then(|chunk| chunk.get(index % CHUNK));
        place.is_some_and(|place| place.set(item).is_ok())
    }
}

/// The items that get their memory together.
const CHUNK: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_is_put_in_once_and_as_far_as_there_is_room() {
        let list = List::for_items(70);
        assert!(list.chunks.iter().all(|chunk| chunk.get().is_none()));
        for index in 0..200 {
            assert_eq!(list.get(index), None);
            assert_eq!(list.put(index, index), index < 70);
            assert!(!list.put(index, 0));
            assert_eq!(list.get(index).copied(), (index < 70).then_some(index));
        }
    }
}
