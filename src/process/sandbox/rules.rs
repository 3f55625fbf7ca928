//! The restrictions that stage two applies to itself: capabilities, files, system calls, limits.
//!
//! Must not know: which program will run.

use super::identity;
use super::plan::SHARED_MEMORY;
use super::policy::{Confinement, Policy};
use landlock::{
    ABI, Access as _, AccessFs, AccessNet, BitFlags, LandlockStatus, Ruleset, RulesetAttr as _,
    RulesetCreatedAttr as _, Scope, path_beneath_rules,
};
use nix::libc;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::thread::{
    CapabilitySet, CapabilitySets, clear_ambient_capability_set, configure_capability_in_ambient_set,
    remove_capability_from_bounding_set, set_capabilities, set_no_new_privs,
};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
};
use std::collections::BTreeMap;

/// The newest Landlock ABI that docgen uses. Older kernels apply the part that they support.
const NEWEST: ABI = ABI::V7;
/// Devices that every program may read and write.
const DEVICES: &[&str] = &["/dev/null", "/dev/zero", "/dev/full"];
/// Devices that every program may read.
const SOURCES: &[&str] = &["/dev/random", "/dev/urandom"];
/// Max open files. Go and Java raise their limit to the max.
const FILES: u64 = 4096;

/// Sets the kernel's limits. The supervisor finds out which one stopped a program.
pub(super) fn set_limits(policy: &Policy) -> Result<(), String> {
    let set = |resource, value: u64| {
        // A docgen inside a docgen must stay below its own limits.
        let value = getrlimit(resource).maximum.map_or(value, |max| max.min(value));
        let limit = Rlimit { current: Some(value), maximum: Some(value) };
        setrlimit(resource, limit).map_err(|error| format!("limits are refused: {error}"))
    };
    set(Resource::Core, 0)?;
    set(Resource::Nofile, FILES)?;
    if policy.memory > 0 {
        set(Resource::Data, policy.memory)?;
    }
    if policy.disk > 0 {
        set(Resource::Fsize, policy.disk)?;
    }
    Ok(())
}

/// Becomes the user that the program runs as. Drops all capabilities but the one that this user keeps, for good.
pub(super) fn drop_rights(policy: &Policy) -> Result<(), String> {
    let failed = |error: rustix::io::Errno| format!("capabilities cannot be dropped: {error}");
    for capability in CapabilitySet::all().difference(identity::KEPT).iter() {
        // This fails for an ordinary user, who has no capabilities anyway.
        let _ = remove_capability_from_bounding_set(capability);
    }
    identity::become_other(policy)?;
    let _ = clear_ambient_capability_set();
    let kept = identity::kept();
    set_capabilities(None, CapabilitySets { effective: kept, permitted: kept, inheritable: kept }).map_err(failed)?;
    if !kept.is_empty() {
        configure_capability_in_ambient_set(kept, true).map_err(failed)?;
    }
    set_no_new_privs(true).map_err(failed)
}

/// Landlock: restricts files and, without a network namespace, TCP. Returns the applied ABI, 0 for none.
pub(super) fn restrict_files(policy: &Policy, level: Confinement) -> Result<u8, String> {
    restrict(policy, level).map_err(|error| format!("Landlock: {error}"))
}

fn restrict(policy: &Policy, level: Confinement) -> Result<u8, landlock::RulesetError> {
    let (read, all) = (AccessFs::from_read(NEWEST), AccessFs::from_all(NEWEST));
    let mut ruleset = Ruleset::default().handle_access(all)?.scope(Scope::from_all(NEWEST))?;
    if level != Confinement::Full && !policy.network {
        ruleset = ruleset.handle_access(AccessNet::from_all(NEWEST))?;
    }
    // Only if it is a separate disk for the block.
    let own_memory = (level == Confinement::Full && policy.scratch.is_some()).then_some(SHARED_MEMORY);
    let listing: BitFlags<AccessFs> = AccessFs::ReadDir.into();
    let device: BitFlags<AccessFs> = AccessFs::ReadFile | AccessFs::WriteFile | AccessFs::Truncate;
    let status = ruleset
        .create()?
        .add_rules(path_beneath_rules(&policy.read, read))?
        .add_rules(path_beneath_rules(&policy.list, listing))?
        .add_rules(path_beneath_rules(&policy.write, all))?
        .add_rules(path_beneath_rules(policy.scratch.iter(), all))?
        .add_rules(path_beneath_rules(own_memory, all))?
        .add_rules(path_beneath_rules(DEVICES, device))?
        .add_rules(path_beneath_rules(SOURCES, read))?
        .restrict_self()?;
    Ok(match status.landlock {
        LandlockStatus::Available { effective_abi, .. } => effective_abi as u8,
        _ => 0,
    })
}

/// Calls that the C library does not list yet. Their numbers are the same on every architecture.
const OPEN_TREE_ATTR: libc::c_long = 467;
const FILE_SETATTR: libc::c_long = 469;

/// System calls that an attacker needs and a program of a page does not.
const DENIED: &[libc::c_long] = &[
    libc::SYS_acct,
    libc::SYS_add_key,
    libc::SYS_adjtimex,
    libc::SYS_bpf,
    libc::SYS_chroot,
    libc::SYS_clock_adjtime,
    libc::SYS_clock_settime,
    libc::SYS_delete_module,
    libc::SYS_fanotify_init,
    libc::SYS_finit_module,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fsopen,
    libc::SYS_fspick,
    libc::SYS_init_module,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_io_uring_setup,
    libc::SYS_kcmp,
    libc::SYS_kexec_load,
    libc::SYS_keyctl,
    libc::SYS_memfd_create,
    libc::SYS_memfd_secret,
    libc::SYS_mount,
    libc::SYS_mount_setattr,
    libc::SYS_move_mount,
    libc::SYS_name_to_handle_at,
    libc::SYS_open_by_handle_at,
    libc::SYS_open_tree,
    OPEN_TREE_ATTR,
    FILE_SETATTR,
    libc::SYS_perf_event_open,
    libc::SYS_pidfd_getfd,
    libc::SYS_pivot_root,
    libc::SYS_process_madvise,
    libc::SYS_process_mrelease,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_quotactl,
    libc::SYS_reboot,
    libc::SYS_request_key,
    libc::SYS_setdomainname,
    libc::SYS_sethostname,
    libc::SYS_setns,
    libc::SYS_settimeofday,
    libc::SYS_swapoff,
    libc::SYS_swapon,
    libc::SYS_syslog,
    libc::SYS_umount2,
    libc::SYS_unshare,
    libc::SYS_userfaultfd,
    libc::SYS_vhangup,
];

/// The same calls have other numbers in the x32 ABI. A filter by number would allow those.
const X32: libc::c_long = 0x4000_0000;

/// seccomp: refuses these calls, new namespaces, and sockets to the outside.
pub(super) fn restrict_calls(policy: &Policy, level: Confinement) -> Result<(), String> {
    let failed = |error: &dyn std::fmt::Display| format!("seccomp: {error}");
    // `clone3` hides its flags from filters. If it seems not to exist, C libraries use `clone`.
    let absent = BTreeMap::from([(libc::SYS_clone3, Vec::new())]);
    let mut refused: BTreeMap<libc::c_long, Vec<SeccompRule>> = DENIED.iter().map(|call| (*call, Vec::new())).collect();
    if level != Confinement::Full || policy.shared {
        // Without an IPC namespace, System V memory and queues outlive their creator.
        refused.extend([libc::SYS_shmget, libc::SYS_msgget, libc::SYS_semget].map(|call| (call, Vec::new())));
    }
    refused.insert(libc::SYS_clone, new_namespaces().map_err(|error| failed(&error))?);
    refused.insert(libc::SYS_socket, sockets(policy, level).map_err(|error| failed(&error))?);
    refused.insert(libc::SYS_socketpair, datagram_pairs().map_err(|error| failed(&error))?);
    refused.insert(libc::SYS_ioctl, terminal_input().map_err(|error| failed(&error))?);
    let own = own_pid(policy, level);
    for call in OF_A_PROCESS {
        refused.insert(*call, vec![other_pid(0, own).map_err(|error| failed(&error))?]);
    }
    for (call, one_process) in OF_PROCESSES {
        refused.insert(*call, other_processes(*one_process, own).map_err(|error| failed(&error))?);
    }
    for (call, rules) in refused.clone() {
        refused.insert(call | X32, rules);
    }
    for (rules, errno) in [(absent, libc::ENOSYS), (refused, libc::EPERM)] {
        apply(rules, errno.unsigned_abs()).map_err(|error| failed(&error))?;
    }
    Ok(())
}

fn apply(rules: BTreeMap<libc::c_long, Vec<SeccompRule>>, errno: u32) -> Result<(), Box<dyn std::error::Error>> {
    let arch = std::env::consts::ARCH.try_into()?;
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, SeccompAction::Errno(errno), arch)?;
    let program: BpfProgram = filter.try_into()?;
    seccompiler::apply_filter(&program)?;
    Ok(())
}

type Rules = Result<Vec<SeccompRule>, seccompiler::BackendError>;

fn condition(argument: u8, op: SeccompCmpOp, value: u64) -> Result<SeccompCondition, seccompiler::BackendError> {
    SeccompCondition::new(argument, SeccompCmpArgLen::Dword, op, value)
}

fn new_namespaces() -> Rules {
    let flags = [
        libc::CLONE_NEWUSER,
        libc::CLONE_NEWNS,
        libc::CLONE_NEWPID,
        libc::CLONE_NEWNET,
        libc::CLONE_NEWIPC,
        libc::CLONE_NEWUTS,
        libc::CLONE_NEWCGROUP,
    ];
    let rule = |flag: libc::c_int| {
        let flag = u64::from(flag.unsigned_abs());
        SeccompRule::new(vec![condition(0, SeccompCmpOp::MaskedEq(flag), flag)?])
    };
    flags.into_iter().map(rule).collect()
}

/// Refuses Unix sockets, because they reach services of the host despite namespaces. Below `full`, refuses all sockets
/// unless the policy allows the network.
fn sockets(policy: &Policy, level: Confinement) -> Rules {
    if level != Confinement::Full && !policy.network {
        return Ok(Vec::new());
    }
    let allowed = [libc::AF_INET, libc::AF_INET6, libc::AF_NETLINK];
    let others: Result<Vec<_>, _> =
        allowed.into_iter().map(|family| condition(0, SeccompCmpOp::Ne, u64::from(family.unsigned_abs()))).collect();
    Ok(vec![SeccompRule::new(others?)?])
}

/// Calls that change the process in their first argument: its limits, its CPU share, its memory placement.
const OF_A_PROCESS: &[libc::c_long] = &[
    libc::SYS_migrate_pages,
    libc::SYS_move_pages,
    libc::SYS_prlimit64,
    libc::SYS_sched_setaffinity,
    libc::SYS_sched_setattr,
    libc::SYS_sched_setparam,
    libc::SYS_sched_setscheduler,
];

/// Calls that change a process, a group's or a user's processes. The first argument selects which of the three, and the
/// second is the id. The number here selects one process.
const OF_PROCESSES: &[(libc::c_long, u64)] = &[(libc::SYS_setpriority, 0), (libc::SYS_ioprio_set, 1)];

/// The program's own process id. In a process namespace, it is the second process.
fn own_pid(policy: &Policy, level: Confinement) -> u64 {
    match level {
        // 0 means the calling process too. The second process is the parent of all programs here.
        Confinement::Full if policy.shared => 0,
        Confinement::Full => 2,
        _ => u64::from(std::process::id()),
    }
}

/// Matches any process but the caller: neither 0, which means the caller, nor its own id.
fn other_pid(argument: u8, own: u64) -> Result<SeccompRule, seccompiler::BackendError> {
    SeccompRule::new(vec![condition(argument, SeccompCmpOp::Ne, 0)?, condition(argument, SeccompCmpOp::Ne, own)?])
}

fn other_processes(one_process: u64, own: u64) -> Rules {
    Ok(vec![SeccompRule::new(vec![condition(0, SeccompCmpOp::Ne, one_process)?])?, other_pid(1, own)?])
}

/// Refuses pairs of datagram sockets: such a socket can send to any Unix socket by its address. `SOCK_RAW` is another
/// name for it (unix(7)). The upper bits of the type are flags.
fn datagram_pairs() -> Rules {
    const KIND: u64 = 0xf;
    [libc::SOCK_DGRAM, libc::SOCK_RAW]
        .into_iter()
        .map(|kind| SeccompRule::new(vec![condition(1, SeccompCmpOp::MaskedEq(KIND), u64::from(kind.unsigned_abs()))?]))
        .collect()
}

/// Refuses input into a terminal that the user shares.
fn terminal_input() -> Rules {
    [libc::TIOCSTI, libc::TIOCLINUX]
        .into_iter()
        .map(|request| SeccompRule::new(vec![condition(1, SeccompCmpOp::Eq, request & 0xffff_ffff)?]))
        .collect()
}
