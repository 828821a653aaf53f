use std::path::Path;

use super::*;

fn targets(folder: &Path, labels: &[(&str, &str)]) -> Targets {
    let mut targets = Targets { folder: Some(folder.to_owned()), ..Targets::default() };
    for (name, value) in labels {
        targets.label((*name).to_owned(), (*value).to_owned());
    }
    targets
}

fn place(address: &str) -> Place {
    Place::tcp(address.parse().unwrap())
}

/// The text of the file, and its name.
fn written(targets: &Targets, address: &str, has_tls: bool) -> (String, String) {
    let file = targets.write(&place(address), has_tls).unwrap();
    let mut names = fs::read_dir(targets.folder.as_ref().unwrap()).unwrap();
    let entry = names.next().unwrap().unwrap();
    let text = fs::read_to_string(entry.path()).unwrap();
    assert!(names.next().is_none(), "nothing else is left");
    drop(file);
    (entry.file_name().into_string().unwrap(), text)
}

#[test]
fn a_target_file_says_where_and_with_what_labels_until_it_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("targets");
    let targets = targets(&folder, &[("job", "old"), ("job", "book\"shop\\\n"), ("env", "köln")]);
    let (name, text) = written(&targets, "0.0.0.0:9470", false);
    assert_eq!(name, "kymo-0.0.0.0_9470.json");
    let expected = "[{\"targets\":[\"127.0.0.1:9470\"],\
                    \"labels\":{\"job\":\"book\\\"shop\\\\\\u000a\",\"env\":\"köln\"}}]\n";
    assert_eq!(text, expected);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
}

#[test]
fn a_target_is_an_address_that_can_be_reached_and_the_file_has_a_name_of_it() {
    for (address, target, name) in [
        ("127.0.0.1:9464", "127.0.0.1:9464", "kymo-127.0.0.1_9464.json"),
        ("[::1]:9464", "[::1]:9464", "kymo-__1_9464.json"),
        ("[::]:9464", "[::1]:9464", "kymo-___9464.json"),
        ("192.0.2.1:80", "192.0.2.1:80", "kymo-192.0.2.1_80.json"),
        ("[::ffff:127.0.0.1]:9464", "127.0.0.1:9464", "kymo-127.0.0.1_9464.json"),
        ("[::ffff:0.0.0.0]:9464", "127.0.0.1:9464", "kymo-0.0.0.0_9464.json"),
        ("[fe80::1%3]:9464", "[fe80::1%3]:9464", "kymo-fe80__1%3_9464.json"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (named, text) = written(&targets(folder.path(), &[]), address, false);
        assert_eq!(text, format!("[{{\"targets\":[\"{target}\"],\"labels\":{{}}}}]\n"));
        assert_eq!(named, name);
    }
}

#[test]
fn a_target_is_reached_by_the_name_that_the_program_says() {
    for (host, target) in [
        ("bookshop.example", "bookshop.example:9464"),
        ("10.0.0.7", "10.0.0.7:9464"),
        ("2001:db8::1", "[2001:db8::1]:9464"),
        ("[2001:db8::1]", "[2001:db8::1]:9464"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut targets = targets(folder.path(), &[]);
        targets.host = Some(host.to_owned());
        targets.check().unwrap();
        let (_, text) = written(&targets, "0.0.0.0:9464", false);
        assert_eq!(text, format!("[{{\"targets\":[\"{target}\"],\"labels\":{{}}}}]\n"));
    }
    for host in ["", "https://bookshop.example", "book shop", "bookshop/metrics", "a@b"] {
        let targets = Targets { host: Some(host.to_owned()), ..Targets::default() };
        targets.check().unwrap_err();
    }
}

#[test]
fn by_what_to_scrape_is_said_once() {
    let folder = tempfile::tempdir().unwrap();
    let labels = |targets: &Targets, has_tls| {
        let (_, text) = written(targets, "127.0.0.1:9464", has_tls);
        text.split_once("\"labels\":").unwrap().1.to_owned()
    };
    assert_eq!(labels(&targets(folder.path(), &[]), true), "{\"__scheme__\":\"https\"}}]\n");
    let says = targets(folder.path(), &[("__scheme__", "http"), ("job", "a")]);
    for has_tls in [true, false] {
        assert_eq!(labels(&says, has_tls), "{\"__scheme__\":\"http\",\"job\":\"a\"}}]\n");
    }
}

#[test]
fn a_name_that_some_prometheus_takes_for_no_label_is_refused() {
    for name in ["", "my-label", "1st", "größe", "a b", "a:b", "a.b"] {
        let error = targets(Path::new("/nowhere"), &[(name, "x")]).check().unwrap_err();
        assert!(error.to_string().contains(&format!("`{name}`")), "{error}");
    }
    for name in ["job", "_", "__scheme__", "a1", "A_b"] {
        targets(Path::new("/nowhere"), &[(name, "x")]).check().unwrap();
    }
}

#[test]
fn a_unix_socket_has_no_target_where_a_file_is_wanted() {
    let places = [place("127.0.0.1:1"), Place::Unix("/run/a.sock".into())];
    let wanted = targets(Path::new("/nowhere"), &[]);
    assert!(matches!(wanted.check_places(&places), Err(Objection::NoTarget)));
    wanted.check_places(&places[..1]).unwrap();
    Targets::default().check_places(&places).unwrap();
}
