//! The route and the series that most requests of a service have.

use std::sync::{Arc, OnceLock};

use kymo_core::Bounded;

use crate::series::{ExchangeKey, ExchangeSeries};

/// The first route and the first series of a service.
///
/// A router has a service for each of its routes, such as `GET /books/{id}`, so most requests of a
/// service are like its first one: to compare them costs less than to look them up.
#[derive(Debug, Default)]
pub(crate) struct Usual {
    route: OnceLock<(Box<str>, Bounded)>,
    series: OnceLock<(ExchangeKey, Arc<ExchangeSeries>)>,
}

impl Usual {
    /// `route` as `bound` bounds it, which is asked about each route that finds no room, because it
    /// counts them.
    pub(crate) fn route(&self, route: &str, bound: impl FnOnce(&str) -> Bounded) -> Bounded {
        match self.route.get() {
            Some((usual, bounded)) if **usual == *route => *bounded,
            Some(_) => bound(route),
            None => self.learn_route(route, bound(route)),
        }
    }

    /// The series of `key`, if it is the usual one.
    #[inline]
    pub(crate) fn series(&self, key: &ExchangeKey) -> Option<&ExchangeSeries> {
        self.series.get().filter(|(usual, _)| usual == key).map(|(_, series)| &**series)
    }

    /// Takes the series that `key` has of its own for the usual one, unless another is.
    pub(crate) fn learn_series<'s>(
        &self,
        key: ExchangeKey,
        own: impl FnOnce() -> Option<&'s Arc<ExchangeSeries>>,
    ) {
        if self.series.get().is_none()
            && let Some(series) = own()
        {
            // Of two requests that are the first, one is.
            let _ = self.series.set((key, Arc::clone(series)));
        }
    }

    fn learn_route(&self, route: &str, bounded: Bounded) -> Bounded {
        if bounded != Bounded::OTHER {
            let _ = self.route.set((route.into(), bounded));
        }
        bounded
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use kymo_core::ValueBudget;

    use super::*;

    /// The text that stands for each of `routes`, and how often `budget` was asked about it.
    fn shown(budget: &ValueBudget, routes: &[&str]) -> Vec<(String, u32)> {
        let (usual, asked) = (Usual::default(), Cell::new(0));
        let bound = |route: &&str| {
            let bounded = usual.route(route, |route| {
                asked.set(asked.get() + 1);
                budget.bound(route)
            });
            (budget.value(bounded).to_string(), asked.take())
        };
        routes.iter().map(bound).collect()
    }

    #[test]
    fn every_route_is_as_the_budget_has_it_and_the_first_is_looked_up_once() {
        let routes = ["/books", "/books", "/shops", "/shops", "/stock", "/stock", "/books"];
        let expected = [
            ("/books", 1),
            ("/books", 0),
            ("/shops", 1),
            ("/shops", 1),
            ("_OTHER", 1),
            ("_OTHER", 1),
            ("/books", 0),
        ];
        let expected = expected.map(|(route, asked)| (route.to_owned(), asked));
        assert_eq!(shown(&ValueBudget::uncounted(2), &routes), expected);
    }

    #[test]
    fn a_route_without_room_is_counted_each_time() {
        let other = |asked| ("_OTHER".to_owned(), asked);
        assert_eq!(
            shown(&ValueBudget::uncounted(0), &["/books"; 3]),
            [other(1), other(1), other(1)]
        );
    }
}
