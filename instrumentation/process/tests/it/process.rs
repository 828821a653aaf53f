//! The numbers of the process.

use std::{
    fs::{self, File},
    hint,
    io::Write,
    process::Command,
    sync::{Arc, Barrier},
    thread,
    time::{Duration, Instant, SystemTime},
};

use kymo_process::ProcessMetrics;

use super::{
    alone::alone,
    page::{Page, Samples},
};

const NAMES: [&str; 2] = ["process_memory_virtual_bytes", "process_memory_usage_bytes"];

/// The kernel counts the pages of a thread in batches, and collecting takes memory for a while.
const SLACK: f64 = 4e6;

fn page() -> Page {
    let page = Page::new();
    ProcessMetrics::new().classic_names().register(&page.meters);
    page
}

#[track_caller]
fn assert_same(left: f64, right: f64) {
    assert!((left - right).abs() < 1e-9, "{left} is not {right}");
}

/// The number that `ps` says of this process.
fn ps(column: &str) -> f64 {
    let own = std::process::id().to_string();
    let output = Command::new("ps").args(["-o", &format!("{column}="), "-p", &own]).output();
    let told = String::from_utf8(output.unwrap().stdout).unwrap();
    told.trim().parse().unwrap_or_else(|error| panic!("{column}: {told}: {error}"))
}

/// The sum of a line of `/proc/self/task/*/status` over the threads that are alive.
fn over_threads(line: &str) -> f64 {
    let threads = fs::read_dir("/proc/self/task").unwrap();
    let status = threads.map(|task| fs::read_to_string(task.unwrap().path().join("status")));
    let value = |status: String| {
        let line = status.lines().find_map(|found| found.strip_prefix(line)).unwrap().trim();
        line.parse::<f64>().unwrap()
    };
    status.map(|status| value(status.unwrap())).sum()
}

#[test]
fn open_files_and_threads_move_by_exactly_as_many() {
    alone("process::open_files_and_threads_move_by_exactly_as_many", || {
        let page = page();
        let before = page.samples();
        let files: Vec<_> = (0..100).map(|_| File::open("/dev/null").unwrap()).collect();
        let barrier = Arc::new(Barrier::new(8));
        let threads: Vec<_> = (0..7)
            .map(|_| {
                let barrier = Arc::clone(&barrier);
                thread::spawn(move || barrier.wait())
            })
            .collect();
        let during = page.samples();
        barrier.wait();
        drop(files);
        for thread in threads {
            thread.join().unwrap();
        }
        let after = page.samples();

        for name in ["process_unix_file_descriptor_count", "process_open_fds"] {
            assert_same(during[name] - before[name], 100.0);
            assert_same(after[name], before[name]);
        }
        for name in ["process_thread_count", "process_threads"] {
            assert_same(during[name] - before[name], 7.0);
            assert!(after[name] <= during[name]);
        }
    });
}

#[test]
fn counts_are_those_that_other_programs_see() {
    alone("process::counts_are_those_that_other_programs_see", || {
        let page = page();
        let samples = page.samples();
        assert_same(samples["process_thread_count"], ps("nlwp"));
        let listed = fs::read_dir("/proc/self/fd").unwrap().count() - 1;
        assert_same(samples["process_open_fds"], listed as f64);
        let limits = fs::read_to_string("/proc/self/limits").unwrap();
        let open_files = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
        let soft = open_files.split_whitespace().nth(3).unwrap().parse().unwrap();
        assert_same(samples["process_max_fds"], soft);
    });
}

#[test]
fn memory_is_what_ps_sees_and_grows_by_what_is_touched() {
    alone("process::memory_is_what_ps_sees_and_grows_by_what_is_touched", || {
        let page = page();
        // Starting the first program maps and unmaps.
        ps("rss");
        let before = page.samples();
        for (name, column) in [(NAMES[0], "vsz"), (NAMES[1], "rss")] {
            let theirs = ps(column) * 1024.0;
            assert!((before[name] - theirs).abs() < SLACK, "{name}: {} {theirs}", before[name]);
        }
        let touched = vec![1_u8; 64 << 20];
        let during = page.samples();
        for name in ["process_memory_usage_bytes", "process_resident_memory_bytes"] {
            let grown = (during[name] - before[name]) / f64::from(1 << 20);
            assert!((63.0..67.0).contains(&grown), "{name}: {grown} MiB");
        }
        assert_same(during["process_memory_virtual_bytes"], during["process_virtual_memory_bytes"]);
        drop(hint::black_box(touched));
    });
}

#[test]
fn processor_time_is_what_was_burnt_even_by_threads_that_have_ended() {
    alone("process::processor_time_is_what_was_burnt_even_by_threads_that_have_ended", || {
        let page = page();
        let total = |samples: &Samples| {
            samples["process_cpu_time_seconds_total{cpu_mode=\"user\"}"]
                + samples["process_cpu_time_seconds_total{cpu_mode=\"system\"}"]
        };
        let before = page.samples();
        let wall = Instant::now();
        let burn = || {
            let until = Instant::now() + Duration::from_millis(300);
            while Instant::now() < until {
                hint::spin_loop();
            }
        };
        thread::spawn(burn).join().unwrap();
        let after = page.samples();
        let burnt = total(&after) - total(&before);
        // A busy machine gives a thread less than the wall clock has.
        assert!(burnt > 0.01 && burnt <= wall.elapsed().as_secs_f64() + 0.02, "{burnt}");
        let classic = after["process_cpu_seconds_total"];
        assert_same(classic, total(&after));
        // Fields 14 and 15 of `/proc/self/stat`, in hundredths.
        let stat = fs::read_to_string("/proc/self/stat").unwrap();
        let fields: Vec<_> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
        let ticks: f64 = [11, 12].map(|n: usize| fields[n].parse::<f64>().unwrap()).iter().sum();
        assert!((ticks / 100.0 - classic).abs() < 0.05, "{ticks} {classic}");
    });
}

#[test]
fn context_switches_are_those_of_all_threads() {
    alone("process::context_switches_are_those_of_all_threads", || {
        let page = page();
        let voluntary = "process_context_switches_total{process_context_switch_type=\"voluntary\"}";
        let before = page.samples();
        thread::spawn(|| (0..50).for_each(|_| thread::sleep(Duration::from_millis(1))))
            .join()
            .unwrap();
        let after = page.samples();
        let moved = after[voluntary] - before[voluntary];
        assert!(moved >= 50.0, "{moved}");
        // Without those of the thread that has ended.
        assert!(after[voluntary] >= over_threads("voluntary_ctxt_switches:") - 50.0);
    });
}

#[test]
fn page_faults_are_counted_by_the_page() {
    alone("process::page_faults_are_counted_by_the_page", || {
        let page = page();
        let minor = "process_paging_faults_total{system_paging_fault_type=\"minor\"}";
        let before = page.samples();
        // Fields 10 and 12.
        let stat = fs::read_to_string("/proc/self/stat").unwrap();
        let fields: Vec<_> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
        let theirs = fields[7].parse::<f64>().unwrap();
        assert!((before[minor] - theirs).abs() < 200.0, "{} {theirs}", before[minor]);
        let major = "process_paging_faults_total{system_paging_fault_type=\"major\"}";
        assert!((before[major] - fields[9].parse::<f64>().unwrap()).abs() < 20.0);
        thread::spawn(|| drop(hint::black_box(vec![1_u8; 8 << 20]))).join().unwrap();
        assert!(page.samples()[minor] > before[minor]);
    });
}

#[test]
fn bytes_written_to_a_disk_are_counted() {
    alone("process::bytes_written_to_a_disk_are_counted", || {
        let page = page();
        let written = "process_disk_io_bytes_total{disk_io_direction=\"write\"}";
        let before = page.samples();
        let path = std::env::current_exe().unwrap().with_extension("written");
        let mut file = File::create(&path).unwrap();
        file.write_all(&vec![7; 1 << 20]).unwrap();
        file.sync_all().unwrap();
        fs::remove_file(&path).unwrap();
        let after = page.samples();
        let told = fs::read_to_string("/proc/self/io").unwrap();
        let line = told.lines().find_map(|line| line.strip_prefix("write_bytes: ")).unwrap();
        assert_same(after[written], line.parse().unwrap());
        assert!(after[written] - before[written] >= f64::from(1 << 20), "{}", path.display());
    });
}

#[test]
fn the_start_is_when_the_process_was_started() {
    alone("process::the_start_is_when_the_process_was_started", || {
        let page = page();
        let first = page.samples();
        thread::sleep(Duration::from_millis(200));
        let second = page.samples();
        let lived = second["process_uptime_seconds"] - first["process_uptime_seconds"];
        assert!((0.2..2.0).contains(&lived), "{lived}");
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs_f64();
        let start = second["process_start_time_seconds"];
        assert_same(start, first["process_start_time_seconds"]);
        assert!((now - start - second["process_uptime_seconds"]).abs() < 0.1);
        assert!((second["process_uptime_seconds"] - ps("etimes")).abs() < 2.0);
    });
}

#[test]
fn registering_twice_counts_once() {
    alone("process::registering_twice_counts_once", || {
        let page = page();
        let once = page.samples();
        ProcessMetrics::new().classic_names().register(&page.meters);
        let twice = page.samples();
        for name in ["process_open_fds", "process_thread_count", "process_max_fds"] {
            assert_same(twice[name], once[name]);
        }
        let cpu = "process_cpu_seconds_total";
        assert!(twice[cpu] >= once[cpu] && twice[cpu] < once[cpu] * 1.5 + 0.01);
        assert_eq!(twice.keys().collect::<Vec<_>>(), once.keys().collect::<Vec<_>>());
    });
}
