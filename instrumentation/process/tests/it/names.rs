//! The names on the page.

use std::collections::BTreeMap;

use kymo_core::MetricSpec;
use kymo_process::{ProcessMetrics, metrics};
use prometheus::{core::Collector, process_collector::ProcessCollector};

use super::page::Page;

const CONVENTIONAL: [(&str, &str); 9] = [
    ("process_context_switches_total", "counter"),
    ("process_cpu_time_seconds_total", "counter"),
    ("process_disk_io_bytes_total", "counter"),
    ("process_memory_usage_bytes", "gauge"),
    ("process_memory_virtual_bytes", "gauge"),
    ("process_paging_faults_total", "counter"),
    ("process_thread_count", "gauge"),
    ("process_unix_file_descriptor_count", "gauge"),
    ("process_uptime_seconds", "gauge"),
];

const CLASSIC: [(&str, &str); 7] = [
    ("process_cpu_seconds_total", "counter"),
    ("process_max_fds", "gauge"),
    ("process_open_fds", "gauge"),
    ("process_resident_memory_bytes", "gauge"),
    ("process_start_time_seconds", "gauge"),
    ("process_threads", "gauge"),
    ("process_virtual_memory_bytes", "gauge"),
];

fn named(names: &[(&str, &str)]) -> BTreeMap<String, String> {
    names.iter().map(|(name, kind)| ((*name).to_owned(), (*kind).to_owned())).collect()
}

#[test]
fn the_conventional_names_are_there_and_no_others() {
    let page = Page::new();
    ProcessMetrics::new().register(&page.meters);
    assert_eq!(page.types(), named(&CONVENTIONAL));
}

#[test]
fn the_classic_names_are_there_on_request() {
    let page = Page::new();
    ProcessMetrics::new().classic_names().register(&page.meters);
    let mut types = page.types();
    // Only where address space is limited.
    types.remove("process_virtual_memory_max_bytes");
    let expected = named(&[&CONVENTIONAL[..], &CLASSIC].concat());
    assert_eq!(types, expected);
}

#[test]
fn the_classic_names_types_and_help_are_those_of_the_prometheus_crate() {
    let page = Page::new();
    ProcessMetrics::new().classic_names().register(&page.meters);
    let text = page.text();
    let theirs = ProcessCollector::for_self().collect();
    assert_eq!(theirs.len(), CLASSIC.len());
    for family in theirs {
        let kind = format!("{:?}", family.get_field_type()).to_lowercase();
        let lines = [
            format!("# HELP {} {}\n# TYPE", family.name(), family.help()),
            format!("# TYPE {} {kind}\n", family.name()),
        ];
        for line in lines {
            assert!(text.contains(&line), "{line}\n{text}");
        }
    }
}

#[test]
fn everything_that_is_declared_has_a_name_of_its_own() {
    let mut names: Vec<_> = metrics::ALL.iter().map(|spec: &MetricSpec| spec.name).collect();
    names.sort_unstable();
    let all = names.len();
    names.dedup();
    assert_eq!(names.len(), all);
}
