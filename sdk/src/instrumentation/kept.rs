//! Values that are made once and handed out many times.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use crate::view::is_in_callback;

/// One value of each type, made when it is first asked for: clones of a layer share their series,
/// and two that are made anew do not.
#[derive(Clone, Default)]
pub(crate) struct Kept(Arc<Mutex<HashMap<TypeId, Box<dyn Any + Send>>>>);

#[allow(dead_code, reason = "the features hand out")]
impl Kept {
    /// A clone of the one `T` there is.
    ///
    /// Callbacks of instruments wait for nobody: a thread that makes a `T` may wait for them. A `T` that a
    /// callback asks for first is its own, since no instrument can be made there.
    pub(crate) fn of<T: Clone + Send + Sync + 'static>(&self, make: impl FnOnce() -> T) -> T {
        let place = self.place::<T>();
        match place.get() {
            Some(one) => one.clone(),
            None if is_in_callback() => make(),
            None => place.get_or_init(make).clone(),
        }
    }

    /// The place of the one `T`, also before it is there.
    fn place<T: Send + Sync + 'static>(&self) -> Arc<OnceLock<T>> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = known.entry(TypeId::of::<T>()).or_insert_with(|| {
            let place: Arc<OnceLock<T>> = Arc::default();
            Box::new(place)
        });
        place.downcast_ref::<Arc<OnceLock<T>>>().map(Arc::clone).unwrap_or_default()
    }
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Kept")
    }
}
