//! Grafana reads every board.

use std::{
    fs,
    path::{Path, PathBuf},
};

use integration_tests::grafana;
use serde_json::{Value, json};

/// The files of all boards.
fn files() -> Vec<PathBuf> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../dashboards"));
    let folders = [folder.to_owned(), folder.join("native")];
    let entries = folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap());
    let files = entries.map(|entry| entry.unwrap().path());
    let mut files: Vec<_> =
        files.filter(|file| file.extension().is_some_and(|it| it == "json")).collect();
    files.sort();
    assert_eq!(files.len(), 14);
    files
}

#[test]
fn every_board_is_one_of_grafanas_own_model() {
    assert_eq!(grafana::faults(&files()), Vec::<String>::new());
}

#[test]
fn a_board_with_a_fault_is_none() {
    let board: Value = serde_json::from_str(&fs::read_to_string(&files()[0]).unwrap()).unwrap();
    let harms: [fn(&mut Value); 8] = [
        |board| board["panels"][1]["gridPos"]["w"] = json!("wide"),
        |board| board["panels"][1]["unknown"] = json!(1),
        |board| drop(board.as_object_mut().unwrap().remove("templating")),
        |board| board["links"][0]["type"] = json!(7),
        |board| board["panels"][1]["options"]["legend"]["displayMode"] = json!("nowhere"),
        |board| board["panels"][1]["fieldConfig"]["defaults"]["custom"]["lineWidth"] = json!("1"),
        |board| board["panels"][1]["targets"][0]["format"] = json!("picture"),
        |board| board["templating"]["list"][1]["multi"] = json!("yes"),
    ];
    for (n, harm) in harms.into_iter().enumerate() {
        let mut board = board.clone();
        harm(&mut board);
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), board.to_string()).unwrap();
        assert_ne!(grafana::faults(&[file.path()]), Vec::<String>::new(), "fault {n}");
    }
}
