//! The files of the rules, looked at while the program runs.

use std::{
    sync::{Arc, PoisonError, Weak, atomic::Ordering},
    thread,
    time::Duration,
};

use super::files::Files;
use crate::access::{AccessError, Guard, Reload, Rules, Tally};

impl Files {
    /// Looks at them every second for as long as there is the guard, on a thread of its own, which is there
    /// only if there are files: a file system that hangs holds up nobody.
    pub(crate) fn watch(self, guard: &Arc<Guard>) -> Result<(), AccessError> {
        if self.is_empty() {
            return Ok(());
        }
        let guard = Arc::downgrade(guard);
        let builder = thread::Builder::new().name("kymo-access".to_owned());
        let started = builder.spawn(move || watch(&guard, self));
        started.map(drop).map_err(|source| AccessError::Thread { source })
    }
}

fn watch(guard: &Weak<Guard>, mut files: Files) {
    loop {
        thread::sleep(INTERVAL);
        if guard.strong_count() == 0 {
            return;
        }
        if !files.have_changed() {
            continue;
        }
        let Some(guard) = guard.upgrade() else { return };
        files = Files::default();
        reload(&guard, &mut files);
    }
}

/// Takes the rules that the files have now; the old ones stay if they have none.
fn reload(guard: &Guard, files: &mut Files) {
    match Rules::load(&guard.access, &guard.identity, files) {
        Ok(rules) => {
            if !guard.access.is_insecure && are_less(&rules, &guard.rules()) {
                guard.tally.reloaded(Reload::Less);
                tracing::warn!(
                    "the new rules of access would let in everybody, or encrypt nothing any more: the \
                     old ones stay in force; if they are meant, start the program anew"
                );
                return;
            }
            *guard.rules.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(rules);
            guard.tally.reloaded(Reload::Followed);
            tracing::info!("new rules of access are in force");
        }
        Err(error) => {
            guard.tally.reloaded(Reload::Broken);
            tracing::warn!("the old rules of access stay in force: {error}");
        }
    }
}

/// Whether these say less than `old`, so that whoever wrote them cannot have meant it: nobody is kept out any
/// more, or what was encrypted is not.
fn are_less(new: &Rules, old: &Rules) -> bool {
    let encrypted = |rules: &Rules| rules.demands.tls().is_some();
    (old.guard() && !new.guard()) || (encrypted(old) && !encrypted(new))
}

impl Tally {
    fn reloaded(&self, reload: Reload) {
        self.reloads[reload as usize].fetch_add(1, Ordering::Relaxed);
    }
}

/// How often files are looked at.
const INTERVAL: Duration = Duration::from_secs(1);
