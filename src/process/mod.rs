//! The one door to other programs: the only user of `Command::new`.
//!
//! Every child has its own process group, an environment that was spelled out, a time limit and an output limit; when
//! it ends or overstays, its whole group is killed. Children are hostile until shown otherwise: one with a [`Policy`]
//! runs in a [`sandbox`].
//!
//! 1. [`Job`] says what is to be run, [`Finished`] how it ended.
//! 2. [`confine`](self) makes the call of the sandbox's launcher out of a job with a policy.
//! 3. [`Supervisor`] starts jobs and ends them.
//!
//! Must not know: which tools there are, or what their output means.

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
