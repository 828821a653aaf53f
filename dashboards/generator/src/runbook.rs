//! The runbook of the alerts.

use std::fmt::{self, Write};

use crate::{Alert, Context, Names, Severity, alerts, rules};

const HEAD: &str = "\
# Alerts

One section for each alert of `rules/alerts.yml`: what it means, what to ask first, and what to do then. They are made
of the metric constants by `cargo run -p dashboards`, and so is this page. `promtool test rules` tries each with series
of `rules/alerts.test.yml` that it fires at, and with others that it leaves alone.

Load them with what they need recorded:

```yaml
rule_files: [recording.yml, alerts.yml]
```

`page` is for now: users notice. `ticket` is for today. `note` is for when there is time: the numbers are not what
they could be. For other names of metrics, for native histograms, and for links into your own copy of this page,
make your own: `cargo run -p dashboards -- --names NoTranslation --histograms native --runbook https://… --to folder`.
";

/// The text of `docs/alerts.md`.
pub(crate) fn markdown(names: &Names) -> String {
    let mut page = HEAD.to_owned();
    contents(&mut page).expect("writing to a string");
    for alert in alerts().iter().flat_map(|(_, alerts)| alerts) {
        section(&mut page, alert, names).expect("writing to a string");
    }
    page
}

fn contents(page: &mut String) -> fmt::Result {
    writeln!(page, "\n| alert | severity | when |\n| --- | --- | --- |")?;
    for alert in alerts().iter().flat_map(|(_, alerts)| alerts) {
        let when = alert.meaning.split_inclusive(['.', ':']).next().unwrap_or_default();
        let when = when.trim_end_matches(['.', ':']);
        let severity = alert.severity.name();
        writeln!(page, "| [{}](#{}) | {severity} | {when} |", alert.name, alert.anchor())?;
    }
    Ok(())
}

fn section(page: &mut String, alert: &Alert, names: &Names) -> fmt::Result {
    let condition =
        alert.condition.text(&Context::rules(names, alert.groups, crate::Pace::Production));
    writeln!(page, "\n## {}\n", alert.name)?;
    paragraph(page, alert.meaning)?;
    writeln!(page, "\n```promql\n{condition}\n```\n")?;
    let soon = match alert.severity {
        Severity::Page => "now",
        Severity::Ticket => "today",
        Severity::Note => "when there is time",
    };
    let patience = match alert.patience {
        0 => "as soon as it is so".to_owned(),
        1 => "once it has been so for a minute".to_owned(),
        minutes => format!("once it has been so for {minutes} minutes"),
    };
    paragraph(page, &format!("It fires {patience}; look {soon}. Ask first:"))?;
    writeln!(page, "\n```promql\n{}\n```\n", rules::first(alert, names))?;
    paragraph(page, alert.remedy)
}

/// In lines of some 100 letters.
fn paragraph(page: &mut String, text: &str) -> fmt::Result {
    let mut width = 0;
    for (n, word) in text.split_whitespace().enumerate() {
        let length = word.chars().count();
        let space = match n {
            0 => "",
            _ if width + 1 + length > 110 => {
                width = 0;
                "\n"
            }
            _ => {
                width += 1;
                " "
            }
        };
        width += length;
        write!(page, "{space}{word}")?;
    }
    writeln!(page)
}
