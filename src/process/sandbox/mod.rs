//! The sandbox: confines a child that reads or runs code from a page (S8).
//!
//! docgen starts itself as a launcher, because safe Rust cannot run code between `fork` and `exec`:
//!
//! 1. `launch` (stage one) makes the namespaces and the scratch disk, stays outside, and ends remaining processes.
//! 2. `inside` (stage two) drops capabilities, files and system calls, tests that they are gone, and starts the
//!    program.
//! 3. The supervisor watches from outside, and reads from the stages' report which restrictions were applied.
//!
//! Must not know: languages, tools, blocks.

mod identity;
mod inside;
mod launch;
mod namespaces;
mod plan;
mod policy;
mod rules;
mod stages;
pub(super) mod watch;

pub(super) use identity::tasks_of_user;
pub(super) use plan::{Applied, Ended, Line, OUTSIDE, Plan};
pub use policy::{Confinement, Policy};
pub(super) use policy::{TASKS, TOOL_TASKS};
pub use stages::launched;
