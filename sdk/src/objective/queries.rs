//! The questions to Prometheus of which rules are made.

use super::{Objective, bound};

/// The names of a service's requests where they are scraped.
#[derive(Debug, Clone)]
pub(super) struct Queries {
    /// The family of their duration.
    pub(super) family: String,
    pub(super) route: String,
    pub(super) error: String,
    pub(super) whose: Whose,
}

/// How the series of a service are told from those of others.
#[derive(Debug, Clone)]
pub(super) enum Whose {
    /// By the job that scrapes or pushes them.
    Job(String),
    /// By the family of the resource, whose label has the name of the service.
    Resource { family: String, label: String, service: String },
}

impl Queries {
    /// The share of the requests of the last `window` that failed; none where there was no request.
    pub(super) fn failed(&self, objective: &Objective, window: &str) -> String {
        let failed = self.rate("_count", objective, window, &[self.failure()].concat());
        let all = self.rate("_count", objective, window, &[]);
        format!("(\n  {failed}\n  or\n  0 * {all}\n)\n/\n({all} > 0)")
    }

    /// The share of those that did not fail that took longer than `bound`; none where there was none.
    pub(super) fn slow(&self, objective: &Objective, bound: f64, window: &str) -> String {
        let answered = format!("{}=~\"|cancelled\"", written(&self.error));
        let fast = [answered.clone(), bound::matcher(bound)];
        let fast = self.rate("_bucket", objective, window, &fast);
        let answered = self.rate("_count", objective, window, &[answered]);
        format!("1 -\n  {fast}\n/\n({answered} > 0)")
    }

    /// Matches the requests that failed.
    fn failure(&self) -> [String; 2] {
        let error = written(&self.error);
        [format!("{error}!=\"\""), format!("{error}!=\"cancelled\"")]
    }

    /// How many requests a second there are of each job.
    fn rate(&self, suffix: &str, objective: &Objective, window: &str, more: &[String]) -> String {
        let mut matchers = Vec::new();
        if let Whose::Job(job) = &self.whose {
            matchers.push(format!("job={}", quoted(job)));
        }
        let route = objective.route.as_ref();
        matchers.extend(route.map(|route| format!("{}={}", written(&self.route), quoted(route))));
        matchers.extend_from_slice(more);
        let series = series(&format!("{}{suffix}", self.family), &matchers);
        match &self.whose {
            Whose::Job(_) => format!("sum by (job) (rate({series}[{window}]))"),
            Whose::Resource { family, label, service } => {
                let service = format!("{}={}", written(label), quoted(service));
                let resource = self::series(family, &[service]);
                format!(
                    "sum by (job) (rate({series}[{window}]) and on (job, instance) \
                     last_over_time({resource}[{window}]))"
                )
            }
        }
    }
}

/// A selector of series.
fn series(name: &str, matchers: &[String]) -> String {
    if is_plain(name) {
        format!("{name}{{{}}}", matchers.join(","))
    } else {
        let all: Vec<_> = [quoted(name)].into_iter().chain(matchers.iter().cloned()).collect();
        format!("{{{}}}", all.join(","))
    }
}

/// The name of a label, which Prometheus 3 takes in quotes where it has other characters than others take.
fn written(name: &str) -> String {
    if is_plain(name) { name.to_owned() } else { quoted(name) }
}

fn is_plain(name: &str) -> bool {
    let is_letter = |char: char| char.is_ascii_alphabetic() || char == '_' || char == ':';
    name.starts_with(is_letter) && name.chars().all(|char| is_letter(char) || char.is_ascii_digit())
}

/// A text as `PromQL` quotes it.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}
