//! Starts children, watches them, and ends them and all their descendants.
//!
//! Must not know: which tools exist, or what their output means.

use super::confine::{Confined, Reach, Sandbox};
use super::finished::{End, Exceeded, Finished};
use super::job::{Job, Limits};
use super::sandbox::{Confinement, Policy, watch};
use crate::counted::{Work, count};
use crate::error::{Error, Result};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Starts children, and can end all of them, for example on Ctrl-C.
#[derive(Debug, Clone, Default)]
pub struct Supervisor {
    groups: Arc<Mutex<BTreeMap<i32, Reach>>>,
    temporary: Arc<Mutex<Vec<PathBuf>>>,
    sandbox: Arc<Sandbox>,
    started: Arc<Mutex<Vec<String>>>,
    cancelled: Arc<AtomicBool>,
}

enum Event {
    Exited,
    OutputLimit,
}

/// Max time for a launcher to end its descendants.
const CLEANUP_TIME: Duration = Duration::from_secs(5);

/// Interval for checking the memory, the disk and the number of a child's processes.
const TICK: Duration = Duration::from_millis(40);

impl Supervisor {
    /// A supervisor that confines its children. `launcher` is this program; `max_level` is the highest level to apply.
    pub fn with_sandbox(launcher: PathBuf, max_level: Confinement) -> Self {
        Self { sandbox: Arc::new(Sandbox::new(launcher, max_level)), ..Self::default() }
    }

    /// The level of confinement that this machine reaches for children with a policy. The first call probes it.
    pub fn confinement(&self) -> Confinement {
        self.sandbox.level(|policy, level| self.probe(policy, level))
    }

    /// The calls of all started programs, in order, without the sandbox's probes.
    pub fn started(&self) -> Vec<String> {
        self.started.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Identifies this build of docgen: the size and time of its program.
    pub fn launcher_identity(&self) -> String {
        let meta = self.sandbox.launcher().and_then(|path| path.metadata().ok());
        meta.map_or_else(String::new, |meta| format!("{} {:?}", meta.len(), meta.modified().ok()))
    }

    /// The level that is reached when `level` is requested.
    fn probe(&self, policy: &Policy, level: Confinement) -> Confinement {
        let nothing = Job::new("", Path::new("/")).policy(policy.clone()).limits(Limits::PROBE);
        let Ok(Some(confined)) = self.sandbox.confine(&nothing, level, None) else { return Confinement::None };
        let _ = self.start_and_wait(&confined.job, Some(&confined));
        let Some(report) = confined.report() else { return Confinement::None };
        if report.level < level {
            let reached = report.level;
            self.sandbox.note_obstacle(report.obstacle());
            return reached;
        }
        report.level
    }

    /// Why the sandbox is not full; known after the probe.
    pub fn obstacle(&self) -> Option<String> {
        self.sandbox.obstacle()
    }

    /// A supervisor for one piece of work that can be [cancelled](Self::cancel) without ending other work.
    #[must_use]
    pub fn branch(&self) -> Self {
        Self { cancelled: Arc::default(), started: Arc::default(), ..self.clone() }
    }

    /// Ends the children of this branch, and starts no more of them.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Release);
    }

    /// Whether this branch was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Acquire)
    }

    /// Runs a job to its end.
    ///
    /// # Errors
    /// [`Error::Program`] if it cannot be started, [`Error::Cancelled`] after [`Self::cancel`]. Any other end is a
    /// [`Finished`].
    pub fn run(&self, job: &Job) -> Result<Finished> {
        if self.is_cancelled() {
            return Err(Error::Cancelled);
        }
        count(Work::ProgramsStarted, 1);
        self.started.lock().unwrap_or_else(PoisonError::into_inner).push(job.command_line());
        let level = if job.policy.is_some() { self.confinement() } else { Confinement::None };
        match self.sandbox.confine(job, level, Some(&job.program))? {
            Some(confined) => {
                let finished = self.start_and_wait(&confined.job, Some(&confined))?;
                Ok(confined.conclude(finished))
            }
            None => self.start_and_wait(job, None),
        }
    }

    /// Starts a job and waits for its end.
    fn start_and_wait(&self, job: &Job, confined: Option<&Confined>) -> Result<Finished> {
        let started = Instant::now();
        let reach = confined.map_or(Reach::Group, Confined::reach);
        let mut child = self.spawn(job, reach)?;
        let pid = Pid::from_child(&child);
        let (events, inbox) = channel();
        let threads = || -> std::io::Result<(PipeReader, PipeReader)> {
            let stdout = read_pipe(child.stdout.take(), job.limits.output, events.clone())?;
            let stderr = read_pipe(child.stderr.take(), job.limits.output, events.clone())?;
            write_pipe(child.stdin.take(), job.stdin.clone())?;
            // WNOWAIT leaves the process a zombie, so its number is not reused before we signal the group.
            std::thread::Builder::new().spawn(move || {
                let _ = rustix::process::waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT);
                let _ = events.send(Event::Exited);
            })?;
            Ok((stdout, stderr))
        };
        let (stdout, stderr) = match threads() {
            Ok(threads) => threads,
            Err(source) => {
                // No thread can be started. Kill the child, because nothing can watch it.
                let _ = rustix::process::kill_process_group(pid, Signal::KILL);
                let _ = child.wait();
                self.forget(pid, reach);
                return Err(self.failure(job, source));
            }
        };
        let mut peak = 0;
        let killed = watch_over((job, pid, started), &inbox, &self.cancelled, &mut peak);
        if killed.is_some() && reach == Reach::Subreaper {
            // On TERM the launcher kills its descendants and ends. If it fails, the last two steps do the same.
            if let Some(confined) = confined {
                confined.end();
            }
            let _ = rustix::process::kill_process(pid, Signal::TERM);
            let _ = inbox.recv_timeout(CLEANUP_TIME);
            watch::end_descendants(pid);
        }
        let _ = rustix::process::kill_process_group(pid, Signal::KILL);
        let status = child.wait().map_err(|source| self.failure(job, source))?;
        self.forget(pid, reach);
        if self.is_cancelled() {
            return Err(Error::Cancelled);
        }
        let end = killed.unwrap_or_else(|| match (status.code(), status.signal()) {
            (Some(code), _) => End::Exited(code),
            (None, signal) => End::Signaled(signal.unwrap_or(0)),
        });
        Ok(Finished {
            end,
            stdout: stdout.collect(),
            stderr: stderr.collect(),
            duration: started.elapsed(),
            confinement: Confinement::None,
            peak_memory: peak,
        })
    }

    /// Kills every living child and its descendants.
    pub fn kill_all(&self) {
        for (group, reach) in self.groups.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let Some(pid) = Pid::from_raw(*group) else { continue };
            if *reach == Reach::Subreaper {
                watch::end_descendants(pid);
            }
            let _ = rustix::process::kill_process_group(pid, Signal::KILL);
        }
    }

    /// Ends processes that escaped their launcher, and removes the files that starting children needs. Call it after
    /// the last job.
    pub fn finish(&self) {
        self.sandbox.finish();
    }

    /// Registers a temporary folder that [`Self::interrupt`] removes.
    pub fn remove_on_interrupt(&self, folder: &Path) {
        self.temporary.lock().unwrap_or_else(PoisonError::into_inner).push(folder.to_path_buf());
    }

    /// Handles Ctrl-C: ends every child, removes temporary folders, and ends the program as a shell expects.
    pub fn interrupt(&self) -> ! {
        self.kill_all();
        self.finish();
        for folder in self.temporary.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let _ = crate::fs::remove_dir_all(folder);
        }
        std::process::exit(130)
    }

    fn spawn(&self, job: &Job, reach: Reach) -> Result<Child> {
        #[expect(clippy::disallowed_methods, reason = "the only place that starts programs")]
        let mut command = std::process::Command::new(&job.program);
        command
            .args(&job.args)
            .env_clear()
            .envs(&job.env)
            .current_dir(&job.cwd)
            .stdin(if job.stdin.is_empty() { Stdio::null() } else { Stdio::piped() })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0);
        if let Some(name) = &job.arg0 {
            command.arg0(name);
        }
        let mut groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        let child = command.spawn().map_err(|source| self.failure(job, source))?;
        groups.insert(Pid::from_child(&child).as_raw_nonzero().get(), reach);
        Ok(child)
    }

    /// Forgets a child that was reaped, and reaps the processes that it left. Nothing else starts children, so any other
    /// child is an orphan.
    fn forget(&self, pid: Pid, reach: Reach) {
        let mut groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        groups.remove(&pid.as_raw_nonzero().get());
        if reach == Reach::Subreaper {
            watch::reap(&groups.keys().copied().collect::<Vec<_>>());
        }
    }

    #[expect(clippy::unused_self, reason = "reads as the supervisor's failure at the call")]
    fn failure(&self, job: &Job, source: std::io::Error) -> Error {
        Error::Program { program: job.program.display().to_string(), source }
    }
}

/// Waits until a child ends or exceeds a limit. Returns the reason to kill it.
fn watch_over(
    (job, pid, started): (&Job, Pid, Instant),
    inbox: &Receiver<Event>,
    cancelled: &AtomicBool,
    peak: &mut u64,
) -> Option<End> {
    loop {
        let left = job.limits.wall.saturating_sub(started.elapsed());
        let wait = left.min(TICK);
        match inbox.recv_timeout(wait) {
            Ok(Event::Exited) | Err(RecvTimeoutError::Disconnected) => return None,
            Ok(Event::OutputLimit) => return Some(End::Limit(Exceeded::Output)),
            Err(RecvTimeoutError::Timeout) if left.is_zero() || cancelled.load(Ordering::Acquire) => {
                return Some(End::TimedOut);
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
        if let Some(exceeded) = job.policy.as_ref().and_then(|policy| exceeded_limit(policy, pid, peak)) {
            return Some(End::Limit(exceeded));
        }
    }
}

/// The limit that the descendants of a launcher exceed.
fn exceeded_limit(policy: &Policy, launcher: Pid, peak: &mut u64) -> Option<Exceeded> {
    let alive = watch::descendants(launcher);
    if policy.processes > 0 && alive.len() > policy.processes {
        return Some(Exceeded::Processes);
    }
    let memory = if policy.memory > 0 { watch::memory(&alive, policy.memory) } else { 0 };
    *peak = memory.max(*peak);
    if policy.memory > 0 && memory > policy.memory {
        return Some(Exceeded::Memory);
    }
    let watched = policy.scratch.as_ref().filter(|_| policy.disk > 0);
    (watched.is_some_and(|folder| watch::is_over(folder, policy.disk))).then_some(Exceeded::Disk)
}

/// A thread that reads a pipe to its end.
struct PipeReader {
    buffer: Arc<Mutex<Vec<u8>>>,
    done: Receiver<()>,
}

impl PipeReader {
    /// The bytes that were read. The group is dead by now; only a process that left it can keep the pipe open. We wait
    /// at most 2 seconds for such a process.
    fn collect(self) -> Vec<u8> {
        let _ = self.done.recv_timeout(Duration::from_secs(2));
        std::mem::take(&mut self.buffer.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn read_pipe(
    pipe: Option<impl Read + Send + 'static>,
    limit: usize,
    events: Sender<Event>,
) -> std::io::Result<PipeReader> {
    let buffer = Arc::new(Mutex::new(Vec::new()));
    let (finished, done) = channel();
    let mut pipe = pipe.expect("the pipe was asked for in spawn");
    let shared = Arc::clone(&buffer);
    std::thread::Builder::new().spawn(move || {
        let mut chunk = [0; 16 * 1024];
        while let Ok(read @ 1..) = pipe.read(&mut chunk) {
            let mut buffer = shared.lock().unwrap_or_else(PoisonError::into_inner);
            let room = limit - buffer.len();
            buffer.extend_from_slice(&chunk[..read.min(room)]);
            if read > room {
                let _ = events.send(Event::OutputLimit);
                break;
            }
        }
        let _ = finished.send(());
    })?;
    Ok(PipeReader { buffer, done })
}

fn write_pipe(pipe: Option<impl Write + Send + 'static>, bytes: Vec<u8>) -> std::io::Result<()> {
    if let Some(mut pipe) = pipe {
        // A write error is ignored: the program closed the pipe because it does not read its input.
        std::thread::Builder::new().spawn(move || pipe.write_all(&bytes))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str, limits: Limits) -> Finished {
        let job = Job::new("/bin/sh", Path::new("/")).args(["-c", script]).limits(limits);
        Supervisor::default().run(&job).expect("sh is there")
    }

    #[test]
    fn a_child_gets_only_the_given_environment() {
        let job = Job::new("/usr/bin/env", Path::new("/")).env("ONE", "1");
        let finished = Supervisor::default().run(&job).expect("env is there");
        assert_eq!(finished.stdout_text(), "ONE=1\n");
    }

    #[test]
    fn a_child_over_its_time_limit_is_killed_with_its_group() {
        let limits = Limits { wall: Duration::from_millis(200), output: 1024 };
        assert_eq!(sh("sleep 60 & echo started; wait", limits).end, End::TimedOut);
    }

    #[test]
    fn endless_output_is_cut_at_the_limit() {
        let limits = Limits { wall: Duration::from_secs(20), output: 1000 };
        let finished = sh("while :; do echo yyyyyyyyyyyyyyyyyyyyyyyyyy; done", limits);
        assert_eq!((finished.end, finished.stdout.len()), (End::Limit(Exceeded::Output), 1000));
    }

    #[test]
    fn standard_input_larger_than_a_pipe_arrives_whole() {
        let job = Job::new("/usr/bin/wc", Path::new("/")).arg("-c").stdin(vec![b'x'; 300_000]);
        assert_eq!(Supervisor::default().run(&job).expect("wc is there").stdout_text().trim(), "300000");
    }
}
