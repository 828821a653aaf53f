//! What is made once and handed out many times.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

/// One value of each type, made when it is first asked for: clones of a layer share their series,
/// and two that are made anew do not.
#[derive(Clone, Default)]
pub(crate) struct Handouts(Arc<Mutex<HashMap<TypeId, Box<dyn Any + Send + Sync>>>>);

#[allow(dead_code, reason = "the features hand out")]
impl Handouts {
    /// A clone of the one `T` there is.
    pub(crate) fn of<T: Clone + Send + Sync + 'static>(&self, make: impl FnOnce() -> T) -> T {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(one) = known.get(&TypeId::of::<T>()).and_then(|one| one.downcast_ref::<T>()) {
            return one.clone();
        }
        let new = make();
        known.insert(TypeId::of::<T>(), Box::new(new.clone()));
        new
    }
}

impl fmt::Debug for Handouts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Handouts")
    }
}
