//! S8.2: a docgen that ends leaves no ended processes of its blocks behind. The kernel counts those as processes of the
//! user, until some other process reaps them. The test is alone in its program, because it adopts all orphans.

#![allow(clippy::disallowed_methods, reason = "tests look at disk and processes from outside")]
#![cfg(target_os = "linux")]

mod common;

use common::outside::{Ordinary, levels};
use common::{docgen, statuses, write};
use rustix::process::{WaitOptions, getpid, set_child_subreaper, wait};

/// 300 processes that the program does not reap.
const BOMB: &str = "# P\n\n```python run\nimport os\nimport time\n\nfor _ in range(300):\n    if os.fork() == 0:\n        time.sleep(20)\n        os._exit(0)\ntime.sleep(20)\n```\n";

/// The launcher's own processes may be left.
const FEW: usize = 8;

#[test]
fn s8_2_no_ended_process_of_a_block_is_left_to_reap() {
    set_child_subreaper(Some(getpid())).expect("this process adopts orphans");
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(folder.path(), "page.md", BOMB);
    let ordinary = Ordinary::new();
    for level in levels().iter().copied().chain(["none"]) {
        let mut own = docgen(folder.path());
        own.env("DOCGEN_SANDBOX", level).args(["--quiet", "verify", "--report", "json=-", "page.md"]);
        for mut call in [Some(own), ordinary.as_ref().map(|it| it.call(level, BOMB))].into_iter().flatten() {
            let output = call.output().expect("docgen starts");
            let report = serde_json::from_slice(&output.stdout).expect("JSON");
            assert_eq!(statuses(&report), ["limit"], "{level}: {report:#}");
            let adopted = reap();
            assert!(adopted < FEW, "{level}: docgen left {adopted} processes of 300");
        }
    }
}

/// Reaps the processes that this one adopted, and returns their number.
fn reap() -> usize {
    std::iter::from_fn(|| wait(WaitOptions::empty()).ok().flatten()).count()
}
