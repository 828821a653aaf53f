//! Every alert fires when it should, and not otherwise, and leads somewhere.

use std::{collections::BTreeSet, fs};

use dashboards::{Alert, alerts};

use crate::tools::{promtool, root, succeeds};

fn all() -> Vec<Alert> {
    alerts().into_iter().flat_map(|(_, alerts)| alerts).collect()
}

#[test]
fn every_alert_fires_at_its_trouble_and_leaves_alone_what_looks_like_it() {
    let rules = root().join("rules");
    succeeds(&promtool(&rules, &["test", "rules", "alerts.test.yml"]));
    let tests = fs::read_to_string(rules.join("alerts.test.yml")).unwrap();
    for alert in all() {
        for ending in ["fires", "does not fire"] {
            assert!(
                tests.contains(&format!("  - name: {} {ending}\n", alert.name)),
                "{}",
                alert.name
            );
        }
    }
    // promtool would praise a file whose alerts are not looked at, too.
    let blind: String = tests
        .split("  - name: ")
        .map(|case| {
            let end = case.find("        exp_alerts:").unwrap_or(case.len());
            let case = case[..end].to_owned();
            if case.starts_with('#') { case } else { format!("  - name: {case}") }
        })
        .collect();
    let folder = tempfile::tempdir().unwrap();
    for file in ["recording.yml", "alerts.yml"] {
        fs::copy(rules.join(file), folder.path().join(file)).unwrap();
    }
    fs::write(folder.path().join("blind.yml"), blind).unwrap();
    let output = promtool(folder.path(), &["test", "rules", "blind.yml"]);
    let said = [output.stdout, output.stderr].concat();
    let unexpected = String::from_utf8_lossy(&said).matches("exp:[]").count();
    assert_eq!(unexpected, all().len(), "{}", String::from_utf8_lossy(&said));
}

#[test]
fn prometheus_takes_every_file_of_rules() {
    for folder in ["rules", "rules/native"] {
        for file in ["recording.yml", "alerts.yml"] {
            succeeds(&promtool(&root().join(folder), &["check", "rules", file]));
        }
    }
    succeeds(&promtool(&root().join("rules"), &["check", "rules", "demo.yml"]));
}

#[test]
fn every_alert_says_what_it_is_about_and_leads_to_its_section() {
    let runbook = fs::read_to_string(root().join("docs/alerts.md")).unwrap();
    let rules = fs::read_to_string(root().join("rules/alerts.yml")).unwrap();
    let mut names = BTreeSet::new();
    for alert in all() {
        assert!(names.insert(alert.name), "two alerts are called {}", alert.name);
        let text = [alert.summary, alert.description].concat();
        assert!(text.contains("{job}"), "{} does not name the job", alert.name);
        for n in 1..=alert.keys.len() {
            assert!(
                text.contains(&format!("{{{n}}}")),
                "{} does not name {}",
                alert.name,
                alert.keys[n - 1]
            );
        }
        assert!(runbook.contains(&format!("\n## {}\n", alert.name)), "{}", alert.name);
        assert_eq!(rules.matches(&format!("#{}\"\n", alert.anchor())).count(), 1, "{}", alert.name);
        for part in [alert.meaning, alert.remedy, alert.description] {
            assert!(part.ends_with('.'), "{}: {part}", alert.name);
        }
    }
    assert!(!rules.contains("{1}") && !rules.contains("{job}") && !rules.contains("{value}"));
    assert!(names.len() >= 25, "{names:?}");
}
