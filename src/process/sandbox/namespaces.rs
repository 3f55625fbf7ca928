//! Separate namespaces for a child: users, network, processes, mounts, IPC.
//!
//! Must not know: which program runs in them.

use super::identity::{self, Mapper};
use super::policy::Policy;
use nix::sched::{CloneFlags, unshare};
use rustix::mount::{MountFlags, MountPropagationFlags, mount, mount_bind, mount_change, mount_remount};
use rustix::net::{AddressFamily, SendFlags, SocketFlags, SocketType, netlink, sendto, socket_with};
use rustix::process::{getgid, getuid};
use rustix::thread::{
    CapabilitySet, CapabilitySets, capabilities, configure_capability_in_ambient_set, set_capabilities,
};
use std::ffi::CString;
use std::path::Path;

/// Leaves the host's namespaces. The children of this process live in a separate process namespace. If the policy
/// allows the network, the host's network stays.
pub(super) fn leave(policy: &Policy, launcher: &Path) -> Result<(), String> {
    let network = policy.network;
    let own_network = if network { CloneFlags::empty() } else { CloneFlags::CLONE_NEWNET };
    let mapper = identity::other(policy).and_then(|_| Mapper::start(launcher));
    let (uid, gid) = (getuid().as_raw(), getgid().as_raw());
    let all = own_network
        | CloneFlags::CLONE_NEWUSER
        | CloneFlags::CLONE_NEWPID
        | CloneFlags::CLONE_NEWNS
        | CloneFlags::CLONE_NEWIPC;
    unshare(all).map_err(|error| format!("namespaces are refused: {error}"))?;
    if !mapper.is_some_and(Mapper::finish) {
        let map = |file: &str, text: &str| {
            crate::fs::overwrite(Path::new(file), text.as_bytes()).map_err(|error| error.to_string())
        };
        map("/proc/self/setgroups", "deny")?;
        map("/proc/self/uid_map", &format!("{uid} {uid} 1"))?;
        map("/proc/self/gid_map", &format!("{gid} {gid} 1"))?;
    }
    mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)
        .map_err(|error| format!("mounts cannot be made private: {error}"))?;
    if !network {
        loopback_up().map_err(|error| format!("no loopback: {error}"))?;
    }
    keep_for_stage_two().map_err(|error| format!("capabilities: {error}"))
}

/// Max files and folders on a scratch disk. Empty ones take memory too.
pub(super) const INODES: u32 = 16_384;

/// Makes everything but `writable` read-only. Landlock alone is not enough: it checks writes, but not changes of mode
/// and times.
pub(super) fn make_read_only(writable: &[std::path::PathBuf]) -> Result<(), String> {
    let mounts = crate::fs::read_to_string(Path::new("/proc/self/mountinfo")).map_err(|error| error.to_string())?;
    for folder in writable.iter().filter(|folder| folder.exists()) {
        mount_bind(folder, folder).map_err(|error| format!("{} cannot be mounted: {error}", folder.display()))?;
    }
    for line in mounts.lines() {
        // Fields 5 and 6 of proc(5): the mount point and its options, which must not change.
        let mut fields = line.split(' ').skip(4);
        let (Some(place), Some(options)) = (fields.next(), fields.next()) else { continue };
        let place = unescaped(place);
        let kept = options.split(',').fold(MountFlags::empty(), |flags, option| flags | flag(option));
        let done = mount_remount(&place, kept | MountFlags::BIND | MountFlags::RDONLY, "");
        if let Err(error) = done
            && place == "/"
        {
            return Err(format!("the file system cannot be made read-only: {error}"));
        }
    }
    Ok(())
}

fn flag(option: &str) -> MountFlags {
    match option {
        "nosuid" => MountFlags::NOSUID,
        "nodev" => MountFlags::NODEV,
        "noexec" => MountFlags::NOEXEC,
        "noatime" => MountFlags::NOATIME,
        "nodiratime" => MountFlags::NODIRATIME,
        "relatime" => MountFlags::RELATIME,
        _ => MountFlags::empty(),
    }
}

/// Decodes a mount point of `mountinfo`, where blanks and backslashes are octal.
fn unescaped(place: &str) -> String {
    [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")]
        .iter()
        .fold(place.to_owned(), |text, (code, character)| text.replace(code, character))
}

/// Mounts a memory disk of `bytes` on a folder. `owner` is its user and group.
pub(super) fn mount_disk(folder: &Path, bytes: u64, owner: Option<u32>) -> Result<(), String> {
    let owner = owner.map_or_else(String::new, |owner| format!(",uid={owner},gid={owner}"));
    let options =
        CString::new(format!("size={bytes},nr_inodes={INODES},mode=700{owner}")).map_err(|error| error.to_string())?;
    mount("tmpfs", folder, "tmpfs", MountFlags::NOSUID | MountFlags::NODEV, options.as_c_str())
        .map_err(|error| format!("no scratch disk: {error}"))
}

/// Mounts a `/proc` that shows only the processes of this namespace. Only its first process can mount it.
pub(super) fn mount_proc() -> Result<(), String> {
    let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    mount("proc", "/proc", "proc", flags, None).map_err(|error| format!("no /proc of its own: {error}"))
}

/// Whether this process is the first of its namespace and, unless `network` is allowed, has only loopback.
pub(super) fn is_isolated(network: bool) -> bool {
    let first = rustix::process::getpid().as_raw_nonzero().get() == 1;
    if network {
        return first;
    }
    let interfaces = crate::fs::read_to_string(Path::new("/proc/net/dev")).unwrap_or_default();
    let names: Vec<&str> = interfaces.lines().filter_map(|line| Some(line.split_once(':')?.0.trim())).collect();
    first && names.iter().all(|name| *name == "lo")
}

/// Brings up the loopback interface: `RTM_NEWLINK` for interface 1 with `IFF_UP` (rtnetlink(7)).
fn loopback_up() -> rustix::io::Result<()> {
    const RTM_NEWLINK: u16 = 16;
    const REQUEST: u16 = 1;
    const IFF_UP: u32 = 1;
    let mut message = Vec::with_capacity(32);
    message.extend(32_u32.to_ne_bytes());
    message.extend(RTM_NEWLINK.to_ne_bytes());
    message.extend(REQUEST.to_ne_bytes());
    message.extend([0; 8]); // sequence, port
    message.extend([0; 4]); // family, type
    message.extend(1_i32.to_ne_bytes());
    message.extend(IFF_UP.to_ne_bytes());
    message.extend(IFF_UP.to_ne_bytes());
    let socket = socket_with(AddressFamily::NETLINK, SocketType::RAW, SocketFlags::CLOEXEC, None)?;
    sendto(&socket, &message, SendFlags::empty(), &netlink::SocketAddrNetlink::new(0, 0)).map(|_| ())
}

/// Keeps the capability that stage two needs to mount `/proc`. After `exec`, an ordinary user has only ambient
/// capabilities.
fn keep_for_stage_two() -> rustix::io::Result<()> {
    let needed = CapabilitySet::SYS_ADMIN | CapabilitySet::SETPCAP;
    let own = capabilities(None)?;
    set_capabilities(None, CapabilitySets { inheritable: own.inheritable | needed, ..own })?;
    configure_capability_in_ambient_set(CapabilitySet::SYS_ADMIN, true)?;
    configure_capability_in_ambient_set(CapabilitySet::SETPCAP, true)
}
