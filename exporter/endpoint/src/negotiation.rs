//! The choice of a format for a client.

use std::cmp::Reverse;

use http::{HeaderMap, header};
use kymo_exposition::{Format, Scheme};

use crate::{
    dialect::Dialect,
    list::items,
    media_range::{MediaRange, Precision},
    offer::Offer,
};

/// The dialect of `offer` that `Accept` gives the most weight; of equals, the one that it names first.
///
/// A header that names nothing of the offer gets its fallback: one that is malformed, or absent, too. A format is
/// weighed by the range that names it most exactly. A client that does not say how names are to be escaped, or says
/// it in no known way, gets underscores, and so does whoever reads a format that has no quotes.
pub(crate) fn negotiate(headers: &HeaderMap, offer: Offer) -> Dialect {
    let mut heard: [Option<Heard>; Offer::FORMATS.len()] = Default::default();
    for (place, item) in items(headers, header::ACCEPT).enumerate() {
        let Some(range) = MediaRange::parse(item) else { continue };
        for (format, heard) in Offer::FORMATS.into_iter().zip(&mut heard) {
            if let Some(precision) = range.names(format) {
                let said = Heard { precision, weight: range.weight, place, scheme: range.scheme };
                if heard.as_ref().is_none_or(|heard| heard.gives_way_to(&said)) {
                    *heard = Some(said);
                }
            }
        }
    }
    let wanted = Offer::FORMATS.into_iter().zip(heard).filter_map(|(format, heard)| {
        let heard = heard.filter(|heard| heard.weight > 0 && offer.has(format))?;
        Some((format, heard))
    });
    // Of those that a wildcard names all at once, first the fallback.
    let rank = |(format, heard): &(Format, Heard)| {
        (Reverse(heard.weight), heard.place, *format != offer.fallback)
    };
    let (format, scheme) = match wanted.min_by_key(rank) {
        Some((format, heard)) => (format, heard.scheme),
        None => (offer.fallback, None),
    };
    Dialect { format, scheme: format.applied(scheme.unwrap_or_default()) }
}

/// The word of a header on a format.
#[derive(Debug, Clone)]
struct Heard {
    precision: Precision,
    weight: u16,
    /// Of the item that says it.
    place: usize,
    scheme: Option<Scheme>,
}

impl Heard {
    /// Whether `other` counts instead.
    fn gives_way_to(&self, other: &Self) -> bool {
        (other.precision, other.weight) > (self.precision, self.weight)
    }
}

// The fuzzer includes this file from elsewhere.
#[cfg(test)]
#[path = "negotiation/any_header.rs"]
mod any_header;
#[cfg(test)]
#[path = "negotiation/clients.rs"]
mod clients;
#[cfg(test)]
#[path = "negotiation/specified.rs"]
mod specified;
#[cfg(test)]
#[path = "negotiation/tests.rs"]
mod tests;
