//! The filter of the layer's own.

use tracing::{Metadata, level_filters::LevelFilter, subscriber::Interest};
use tracing_subscriber::layer::{Context, Filter};

use crate::{announcement, reception, target::Target};

/// Lets the events of sqlx through, at whatever level they are, and nothing else.
///
/// It is the layer's own: what the program logs is not changed by it.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct EventFilter;

impl<S> Filter<S> for EventFilter {
    fn enabled(&self, metadata: &Metadata<'_>, _context: &Context<'_, S>) -> bool {
        reception::note(metadata);
        Target::of(metadata).is_some()
    }

    fn callsite_enabled(&self, metadata: &'static Metadata<'static>) -> Interest {
        if Target::of(metadata).is_some() { Interest::always() } else { Interest::never() }
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        announcement::look();
        // The level is a setting of each pool: `ConnectOptions::log_statements`.
        Some(LevelFilter::TRACE)
    }
}
