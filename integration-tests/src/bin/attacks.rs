//! Prints what attacks on the listener for scrapes cost the requests of the bookshop.
//!
//! One client asks the application, in turns: alone, beside an attack on the application's own listener,
//! and beside the same attack on the listener of a second bookshop. What the last two have in common is the
//! machine's: a listener takes its share of the cores whoever it belongs to. What differs is what sharing a
//! process costs.
//!
//! The attackers are a process of their own, which the system runs when nobody else wants a core: they
//! stand for machines elsewhere. The bookshops are built as for production. `-` in place of an attack is
//! the application alone three times, and shows how exact the figures are.
//!
//! `apart` gives the application and its client a core that nobody else uses, as where there are cores to
//! spare; `together` lets the system choose.
//!
//! ```text
//! cargo run -p integration-tests --bin attacks (apart|together) TURNS
//! ```

#![allow(clippy::expect_used, reason = "a measurement that cannot go on says why and fails")]

use std::{
    env, fs,
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    process::{self, Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use integration_tests::{Bookshop, attack};

/// How long requests are timed in a turn.
const WINDOW: Duration = Duration::from_secs(1);
/// Until an attack has taken all the room that it is given; and until it is over.
const MOMENT: Duration = Duration::from_millis(300);
/// The word on the command line of the process that attacks.
const BEGIN: &str = "begin";
/// The core of the application and its client, and that of all others, where they are apart.
const CORES: [&str; 2] = ["0", "1"];

fn main() {
    let words: Vec<_> = env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [BEGIN, name, target] => attack_until_told(name, target.parse().expect("an address")),
        ["apart", turns] => print(true, turns.parse().expect("a number of turns")),
        ["together", turns] => print(false, turns.parse().expect("a number of turns")),
        _ => eprintln!("apart or together, and a number of turns"),
    }
}

fn print(is_apart: bool, turns: usize) {
    let [shop, other] = [(); 2].map(|()| Bookshop::start_optimized(&["--metrics", "127.0.0.1:0"]));
    let application = shop.address().parse().expect("an address");
    let targets = [None, Some(shop.metrics_address()), Some(other.metrics_address())];
    if is_apart {
        [shop.id(), other.id(), process::id()].into_iter().for_each(set_apart);
    }
    println!(
        "| clients | p50, p99 alone | of its own listener | of another process |\n\
         | --- | ---: | ---: | ---: |"
    );
    for name in ["-"].into_iter().chain(attack::OPEN.iter().map(|attack| attack.name)) {
        let mut times = [const { Vec::new() }; 3];
        for _ in 0..turns {
            for (times, target) in times.iter_mut().zip(&targets) {
                let attackers = target.as_deref().filter(|_| name != "-");
                let attackers = attackers.map(|target| begin(is_apart, name, target));
                thread::sleep(MOMENT);
                sample(application, times);
                attackers.into_iter().for_each(end);
                thread::sleep(MOMENT);
            }
        }
        let [alone, own, others] = times.map(shown);
        println!("| {name} | {alone} | {own} | {others} |");
    }
}

/// Leaves one core to what is not the listener of a process.
fn set_apart(process: u32) {
    for thread in fs::read_dir(format!("/proc/{process}/task")).expect("the threads").flatten() {
        let name = fs::read_to_string(thread.path().join("comm")).expect("a name");
        let core = CORES[usize::from(name.starts_with("kymo-listener"))];
        let mut taskset = Command::new("taskset");
        taskset.args(["-p", "-c", core]).arg(thread.file_name()).stdout(Stdio::null());
        assert!(taskset.status().expect("taskset, of util-linux").success(), "cores for {name}");
    }
}

/// Starts a process that attacks `target` whenever nobody else wants a core.
fn begin(is_apart: bool, name: &str, target: &str) -> Child {
    let mut command = Command::new("chrt");
    command.args(["--idle", "0"]);
    if is_apart {
        command.args(["taskset", "-c", CORES[1]]);
    }
    command.arg(env::current_exe().expect("the path of this program")).args([BEGIN, name, target]);
    command.stdin(Stdio::piped()).spawn().expect("chrt, of util-linux")
}

/// Ends it.
fn end(mut attackers: Child) {
    drop(attackers.stdin.take());
    assert!(attackers.wait().expect("its end").success(), "an attack goes on to its end");
}

/// Attacks until the end of the standard input.
fn attack_until_told(name: &str, target: SocketAddr) {
    let attack = attack::OPEN.iter().find(|attack| attack.name == name).expect("a known attack");
    let attacking = attack.begin(target);
    io::stdin().read_to_end(&mut Vec::new()).expect("an end");
    attacking.end();
}

/// How long requests take, one after the other, in microseconds.
fn sample(application: SocketAddr, times: &mut Vec<u64>) {
    let mut stream = TcpStream::connect(application).expect("the application");
    stream.set_nodelay(true).expect("a socket");
    let until = Instant::now() + WINDOW;
    while Instant::now() < until {
        let begun = Instant::now();
        stream.write_all(b"GET /books HTTP/1.1\r\nHost: shop\r\n\r\n").expect("to be sent");
        let mut answer = [0; 4096];
        let len = stream.read(&mut answer).expect("an answer");
        assert!(answer[..len].starts_with(b"HTTP/1.1 200"), "of the application");
        times.push(begun.elapsed().as_micros().try_into().unwrap_or(u64::MAX));
        thread::sleep(Duration::from_micros(500));
    }
}

/// The median and the 99th percentile.
fn shown(mut times: Vec<u64>) -> String {
    times.sort_unstable();
    let at = |part: usize| times.get(times.len() * part / 100).copied().unwrap_or(0);
    format!("{} µs, {} µs", at(50), at(99))
}
