//! `docs/security.md` guarantees what a test holds, and shows files that Prometheus takes.

use std::{fs, process::Command};

use integration_tests::{attack, receiver::Authority};
use kymo::prometheus::Access;

use super::sources;

fn document() -> String {
    fs::read_to_string(sources::root().join("docs/security.md")).unwrap()
}

#[test]
fn every_guarantee_names_tests_that_exist() {
    let (document, tests) = (document(), sources::tests());
    let (_, table) = document.split_once("| who tries |").unwrap();
    let table = table.split("\n\n").next().unwrap();
    let rows: Vec<_> = table.lines().skip(2).collect();
    assert!(rows.len() > 10, "{rows:?}");
    for row in rows {
        let cells: Vec<_> = row.trim_matches(['|', ' ']).split(" | ").collect();
        assert_eq!(cells.len(), 3, "{row}");
        for cited in cells[2].split(", ").map(|test| test.trim_matches('`')) {
            assert!(tests.contains(cited), "{} cites `{cited}`, which is no test", cells[0]);
        }
    }
}

#[test]
fn the_attacks_of_the_document_are_those_that_are_tried() {
    let document = document();
    let (_, list) = document.split_once("## Attacks that are tried").unwrap();
    let list = list.split("\n## ").next().unwrap();
    let told: Vec<_> = list.lines().filter_map(|line| line.strip_prefix("- ")).collect();
    let tried: Vec<_> = attack::OPEN.iter().chain(attack::GUARDED).map(|it| it.name).collect();
    assert_eq!(told, tried);
}

#[test]
fn promtool_and_kymo_take_the_files_of_the_document() {
    let (document, authority) = (document(), Authority::new());
    let file = authority.folder().join("web-config.yml");
    let samples = document.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let mut seen = 0;
    for sample in samples {
        fs::write(&file, sample).unwrap();
        let output = Command::new("promtool").args(["check", "web-config"]).arg(&file).output();
        let output = output.expect("promtool starts; it comes with Debian's package prometheus");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Access::new().web_config(&file).enforce().unwrap();
        // Both find what is wrong.
        fs::write(&file, sample.replace("cert_file", "cert_filse")).unwrap();
        let output = Command::new("promtool").args(["check", "web-config"]).arg(&file).output();
        assert!(!output.unwrap().status.success());
        Access::new().web_config(&file).enforce().unwrap_err();
        seen += 1;
    }
    assert!(seen >= 2, "{seen} files");
}
