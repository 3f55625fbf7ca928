//! The sandbox: what holds a child in while it reads or runs code from a page (S8).
//!
//! docgen starts itself as a launcher, since Rust offers no safe code between `fork` and `exec`:
//!
//! 1. `launch` (stage one) makes the namespaces and the scratch disk, stays outside and ends what is left over.
//! 2. `inside` (stage two) takes away capabilities, files and system calls from itself, tries whether they are gone,
//!    and then starts the program.
//! 3. The supervisor reads what was applied from the report that the stages leave, and watches from outside.
//!
//! Must not know: languages, tools, what a block is.

mod identity;
mod inside;
mod launch;
mod namespaces;
mod plan;
mod policy;
mod rules;
mod stages;
pub(super) mod watch;

pub(super) use plan::{Applied, Ended, Line, OUTSIDE, Plan};
pub use policy::{Confinement, Policy};
pub(super) use policy::{TASKS, TOOL_TASKS};
pub use stages::launched;
