//! The bridge as a source of families.

use std::{borrow::Cow, collections::HashMap, time::Instant};

use kymo_exposition::{Names, Sink, Source};
use opentelemetry_sdk::metrics::data::ResourceMetrics;
use prometheus::proto::MetricFamily;

use crate::{
    Bridge,
    emitter::Emitter,
    foreign::Foreign,
    gathering::Gathering,
    loss::{Cause, Losses},
    marker::Common,
    naming::Entry,
    otel::Otel,
    outlet::Outlet,
};

impl Source for Bridge {
    fn collect(&self, sink: &mut dyn Sink) {
        self.give(None, sink);
    }

    fn collect_by(&self, deadline: Instant, sink: &mut dyn Sink) {
        self.give(Some(deadline), sink);
    }
}

impl Bridge {
    /// Pushes everything there is by `deadline`.
    fn give(&self, deadline: Option<Instant>, sink: &mut dyn Sink) {
        // The other half is for OpenTelemetry's.
        let half = deadline.map(|deadline| {
            let now = Instant::now();
            now + deadline.saturating_duration_since(now) / 2
        });
        if let Some((otel, marker)) = &self.otel {
            let (families, common) = marker.gather_others(&self.registry, half, &self.losses);
            let metrics = otel.measure(deadline);
            give_all(otel, &metrics, &families, &common, sink);
        } else {
            let mut outlet = Outlet::new(sink);
            let gathering = Gathering { deadline, ..Gathering::default() };
            let families = gathering.of(&self.registry, &self.apart, &self.losses);
            let foreign = families.iter().filter_map(|it| Foreign::read(it, &self.losses));
            foreign.for_each(|foreign| foreign.give(&mut outlet, &self.losses));
        }
    }
}

/// Pushes OpenTelemetry's families and those of others, in one order by name.
fn give_all(
    otel: &Otel,
    metrics: &ResourceMetrics,
    families: &[MetricFamily],
    common: &Common,
    sink: &mut dyn Sink,
) {
    let losses = &*otel.losses;
    let entries = otel.naming.entries(metrics, losses);
    let own: Vec<_> =
        entries.chunk_by(Entry::is_same_family).map(|it| Own::of(it, common)).collect();
    let others = admitted(&own, families, losses);

    let mut emitter = Emitter::new(sink, otel, otel.naming.spelling(), metrics, &common.labels);
    let mut others = others.iter().peekable();
    for Own { name, key, entries } in &own {
        while let Some(other) = others.next_if(|other| other.name() < key.as_ref()) {
            other.give(&mut emitter.outlet, losses);
        }
        let twin = others.next_if(|other| other.name() == key);
        emitter.family(name, entries, twin.is_some());
        if let Some(twin) = twin {
            twin.give_series(&mut emitter.outlet, losses);
        }
    }
    others.for_each(|other| other.give(&mut emitter.outlet, losses));
}

/// A family from OpenTelemetry, under the name it has in this registry.
struct Own<'a> {
    name: Cow<'a, str>,
    /// The name without UTF-8, which others have.
    key: Cow<'a, str>,
    entries: &'a [Entry<'a>],
}

impl<'a> Own<'a> {
    /// The family of these entries, with the prefix of the registry before its name.
    fn of(entries: &'a [Entry<'a>], common: &Common) -> Self {
        let definition = entries.first().map(|entry| &entry.definition);
        let prefixed = |name: Option<&'a str>| match (name, common.prefix.as_str()) {
            (None, _) => Cow::Borrowed(""),
            (Some(name), "") => Cow::Borrowed(name),
            (Some(name), prefix) => Cow::Owned(format!("{prefix}{name}")),
        };
        Own {
            name: prefixed(definition.map(|known| known.name())),
            key: prefixed(definition.map(|known| known.key.as_str())),
            entries,
        }
    }
}

/// The families of others that can be in one document with OpenTelemetry's, which go first.
fn admitted<'a>(
    own: &[Own<'_>],
    families: &'a [MetricFamily],
    losses: &Losses,
) -> Vec<Foreign<'a>> {
    if families.is_empty() {
        return Vec::new();
    }
    let mut names = Names::default();
    let mut definitions = HashMap::new();
    for Own { key, entries, .. } in own {
        if let Some(Entry { definition, .. }) = entries.first() {
            // They were admitted together before, so none is refused.
            let _ = names.claim(key, definition.kind);
            definitions.insert(key.as_ref(), &**definition);
        }
    }
    let foreign = families.iter().filter_map(|family| Foreign::read(family, losses));
    foreign
        .filter(|foreign| {
            let refusal = match definitions.get(foreign.name()) {
                Some(own) if own.kind != foreign.kind => {
                    Some(Cause::TypeConflict { kept: own.kind, dropped: foreign.kind })
                }
                Some(own) => {
                    if own.help != foreign.help() && !foreign.help().is_empty() {
                        losses.record(foreign.name(), Cause::HelpConflict);
                    }
                    None
                }
                None => names
                    .claim(foreign.name(), foreign.kind)
                    .err()
                    .map(|clash| Cause::NameTaken { owner: clash.owner.into() }),
            };
            let Some(cause) = refusal else { return true };
            losses.record(foreign.name(), cause);
            false
        })
        .collect()
}
