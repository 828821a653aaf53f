//! The files of the rules, looked at while the program runs.

use std::{
    io,
    sync::{Arc, Weak},
    thread,
    time::Duration,
};

use super::{files::Files, guard::Guard, rules::Rules, tally::Reload};

/// Looks at `files` every second for as long as there is the guard, on a thread of its own: a file system
/// that hangs holds up nobody.
pub(super) fn start(guard: &Arc<Guard>, files: Files) -> io::Result<()> {
    let guard = Arc::downgrade(guard);
    let builder = thread::Builder::new().name("kymo-access".to_owned());
    builder.spawn(move || watch(&guard, files)).map(drop)
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
    match Rules::load(&guard.access, &guard.secrets, files) {
        Ok(rules) => {
            if !guard.access.is_insecure && rules.are_less_than(&guard.rules()) {
                guard.tally().reloaded(Reload::Less);
                tracing::warn!(
                    "the new rules of access would let in everybody, or encrypt nothing any more: the \
                     old ones stay in force; if they are meant, start the program anew"
                );
                return;
            }
            guard.replace(rules);
            guard.tally().reloaded(Reload::Followed);
            tracing::info!("new rules of access are in force");
        }
        Err(error) => {
            guard.tally().reloaded(Reload::Broken);
            tracing::warn!("the old rules of access stay in force: {error}");
        }
    }
}

/// How often files are looked at.
const INTERVAL: Duration = Duration::from_secs(1);
