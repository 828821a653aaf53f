//! Whether an objective can be watched over.

use super::{Objective, ObjectiveError, bound::seconds};

/// Refuses objectives of which one cannot be.
pub(super) fn check(objectives: &[Objective]) -> Result<(), ObjectiveError> {
    for (index, objective) in objectives.iter().enumerate() {
        if let Some(route) = objective.route.as_ref().filter(|route| !is_route(route)) {
            return Err(ObjectiveError::Route { route: route.clone() });
        }
        let route = || objective.shown().to_owned();
        let wrong = |ratio: &f64| !(*ratio > 0.0 && *ratio < 1.0);
        if objective.ratio.is_none_or(|ratio| wrong(&ratio)) {
            return Err(ObjectiveError::Ratio { route: route(), ratio: objective.ratio });
        }
        if let Some(ratio) = objective.availability.filter(wrong) {
            return Err(ObjectiveError::Ratio { route: route(), ratio: Some(ratio) });
        }
        if objective.within.is_some_and(|time| seconds(time) <= 0.0) {
            return Err(ObjectiveError::NoTime { route: route() });
        }
        if objectives[..index].iter().any(|other| other.route == objective.route) {
            return Err(ObjectiveError::Twice { route: route() });
        }
    }
    Ok(())
}

/// Whether a router could have this template: a path, with its parameters in braces.
fn is_route(route: &str) -> bool {
    let mut is_open = false;
    let mut is_balanced = true;
    let mut characters = route.replace("{{", "").replace("}}", "");
    characters.retain(|char| matches!(char, '{' | '}'));
    for char in characters.chars() {
        is_balanced &= (char == '{') != is_open;
        is_open = char == '{';
    }
    let has_names = !route.contains("{}") && !route.contains("{*}");
    let is_path = route.starts_with('/')
        && !route
            .chars()
            .any(|char| char.is_whitespace() || char.is_control() || "?#".contains(char));
    is_path && is_balanced && !is_open && has_names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_is_a_path_with_parameters_in_braces() {
        for route in [
            "/",
            "/books/{id}",
            "/{*rest}",
            "/a/{b}.{c}",
            "/books/:id",
            "/größe",
            "/{{x}}",
            "/a\"b\\c",
        ] {
            assert!(is_route(route), "{route}");
        }
        for route in [
            "",
            "books",
            "/books/{id",
            "/books/id}",
            "/{a{b}}",
            "/{}",
            "/{*}",
            "/a b",
            "/a?b=1",
            "/a\n",
            "}{",
        ] {
            assert!(!is_route(route), "{route}");
        }
    }
}
