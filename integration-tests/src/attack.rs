//! Clients of a listener for scrapes that mean it ill.

mod crowds;
mod silence;
mod talk;
mod tls;

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};

/// Something that clients do who mean a listener ill.
#[derive(Clone, Copy, Debug)]
pub struct Attack {
    /// A few words.
    pub name: &'static str,
    /// Goes on until it is told to end; the number of times that it tried.
    act: fn(SocketAddr, &AtomicBool) -> u64,
}

/// Those on a listener that lets in everybody, such as one on localhost.
pub const OPEN: &[Attack] = &[
    Attack { name: "1,000 connections a second that say nothing", act: silence::churn },
    Attack {
        name: "connections as fast as they are taken, 1,000 of them kept",
        act: silence::many,
    },
    Attack { name: "500 requests, a byte of the head a second", act: silence::slow_heads },
    Attack { name: "300 readers that stop after the status line", act: silence::stopped_readers },
    Attack { name: "300 readers of a byte now and then", act: silence::slow_readers },
    Attack { name: "connections that are reset in the middle", act: silence::resets },
    Attack { name: "pipelines of 100 requests that nobody reads", act: talk::pipelines },
    Attack { name: "heads of a megabyte", act: talk::huge_heads },
    Attack { name: "shapes of smuggling, and no HTTP at all", act: talk::shapes },
    Attack { name: "HTTP/2 where HTTP/1 is spoken", act: talk::http2 },
    Attack { name: "50 scrapers in a loop", act: crowds::scrapers },
    Attack { name: "20 who name 100 families each", act: crowds::names },
    Attack { name: "20 who look at the page for humans", act: crowds::lookers },
];

/// Those on a listener with TLS that asks for a certificate.
pub const GUARDED: &[Attack] = &[
    Attack { name: "handshakes of TLS that stop", act: tls::stopped_handshakes },
    Attack { name: "plain HTTP, and noise, to TLS", act: tls::noise },
    Attack { name: "clients without a certificate", act: tls::without_certificate },
];

/// An attack under way, which ends when this is dropped.
#[derive(Debug)]
pub struct Attacking {
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<u64>>,
}

impl Attack {
    /// Begins it, on the listener at `target`.
    pub fn begin(self, target: SocketAddr) -> Attacking {
        let over = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&over);
        let thread = thread::spawn(move || (self.act)(target, &told));
        Attacking { over, thread: Some(thread) }
    }
}

impl Attacking {
    /// Ends it; the number of times that it tried.
    pub fn end(mut self) -> u64 {
        self.finish()
    }

    fn finish(&mut self) -> u64 {
        self.over.store(true, Ordering::Relaxed);
        let ended = self.thread.take().map(JoinHandle::join);
        ended.map_or(0, |tried| tried.expect("an attack that goes on"))
    }
}

impl Drop for Attacking {
    fn drop(&mut self) {
        self.finish();
    }
}

/// Does it in `count` threads until it is `over`; how often.
fn together(count: usize, over: &AtomicBool, act: impl Fn() + Sync) -> u64 {
    let act = &act;
    let one = move || {
        let mut times = 0;
        while !over.load(Ordering::Relaxed) {
            act();
            times += 1;
        }
        times
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..count).map(|_| scope.spawn(one)).collect();
        threads.into_iter().map(|thread| thread.join().expect("an attacker")).sum()
    })
}
