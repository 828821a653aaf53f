//! Processes that die with the process that started them, however it ends.

use std::{
    process::Command,
    sync::{LazyLock, Mutex, PoisonError, mpsc},
    thread,
};

use crate::process::Process;

type Order = (Command, mpsc::Sender<Process>);

/// Starts a program under `setpriv --pdeathsig`.
///
/// The kernel keeps that promise as soon as the *thread* that started it ends: so one thread, which
/// never ends, starts them all.
static STARTER: LazyLock<Mutex<mpsc::Sender<Order>>> = LazyLock::new(|| {
    let (sender, orders) = mpsc::channel::<Order>();
    thread::spawn(move || {
        for (mut command, answer) in orders {
            // Who asked may have panicked meanwhile, and the process dies with the answer.
            let _ = answer.send(Process::start(&mut command));
        }
    });
    Mutex::new(sender)
});

/// The program that becomes another one, which the kernel kills when this process ends.
pub(crate) fn setpriv() -> Command {
    let mut command = Command::new("setpriv");
    command.arg("--pdeathsig=KILL");
    command
}

/// Starts a command made from [`setpriv`].
///
/// # Panics
///
/// When this machine has no `setpriv`, which is in Debian's essential package `util-linux`.
pub(crate) fn start(command: Command) -> Process {
    let (answer, process) = mpsc::channel();
    let starter = STARTER.lock().unwrap_or_else(PoisonError::into_inner).clone();
    starter.send((command, answer)).expect("a thread that starts servers");
    process.recv().expect("setpriv starts")
}
