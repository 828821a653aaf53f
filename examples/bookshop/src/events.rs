//! `/events`: a tick every second, for as long as anyone listens.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::State,
    response::sse::{Event, Sse},
};
use futures_util::{Stream, StreamExt, stream};
use tokio::time::interval;

use crate::shutdown::Shutdown;

/// The time between two events.
const TICK: Duration = Duration::from_secs(1);

/// Ends with the stop: an open browser tab must not keep the process alive.
pub(crate) async fn events(
    State(shutdown): State<Shutdown>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    Sse::new(ticks().map(Ok).take_until(shutdown.requested()))
}

fn ticks() -> impl Stream<Item = Event> {
    stream::unfold((interval(TICK), 1_u64), async |(mut clock, n)| {
        clock.tick().await;
        let event = Event::default().event("tick").data(n.to_string());
        Some((event, (clock, n + 1)))
    })
}
