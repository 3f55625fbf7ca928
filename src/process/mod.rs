//! The only module that starts other programs (`Command::new`).
//!
//! Every child has its own process group, an explicit environment, a time limit and an output limit. When it ends or
//! exceeds a limit, its whole group is killed. A child with a [`Policy`] is treated as hostile and runs in a
//! [`sandbox`].
//!
//! 1. [`Job`] is a program to run; [`Finished`] is how it ended.
//! 2. [`confine`](self) turns a job with a policy into a call of the sandbox's launcher.
//! 3. [`Supervisor`] starts jobs and ends them.
//!
//! Must not know: which tools exist, or what their output means.

mod confine;
mod finished;
mod group;
mod job;
pub mod sandbox;
mod supervisor;

pub use finished::{End, Exceeded, Finished, OUT_OF_TIME};
pub use job::{Environment, Job, Limits};
pub use sandbox::{Confinement, Policy};
pub use supervisor::Supervisor;
