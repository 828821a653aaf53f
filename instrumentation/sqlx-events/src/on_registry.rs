//! Subscribers that let a layer have a filter of its own.

use tracing::Subscriber;
use tracing_subscriber::{
    Registry,
    layer::{Layer, Layered},
    registry::LookupSpan,
};

/// A subscriber that is made of layers on a [`Registry`], which lets each have a filter of its own.
///
/// Another one, such as what `tracing_subscriber::fmt()` builds, panics when such a layer is added:
/// so that is an error of the compiler here. Whoever writes a subscriber that hands
/// `LookupSpan::register_filter` on to a registry implements this for it, and has its `downcast_raw` find the
/// registry: without that, each measured statement on SQLite registers a subscriber of its own.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not made of layers on a `Registry`, and no layer on it can have a filter of its own",
    label = "not a `Registry` with layers",
    note = "begin with `tracing_subscriber::registry().with(tracing_subscriber::fmt::layer())` instead of `tracing_subscriber::fmt()`"
)]
pub trait OnRegistry: Subscriber + for<'span> LookupSpan<'span> {}

impl OnRegistry for Registry {}

impl<L: Layer<I> + 'static, I: OnRegistry> OnRegistry for Layered<L, I> {}
