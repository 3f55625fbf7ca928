//! The arguments of the command line. Every option has help; every command has an example.
//!
//! Must not know: what the commands do.

use super::values::{ColorChoice, Deny, MinLevel, ReportTo, SandboxLevel, SchemaOf, Shard};
use clap::{Args, Parser, Subcommand};
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// A static documentation site generator whose snippets are proven.
#[derive(Debug, Parser)]
#[command(name = "docgen", version, about, propagate_version = true)]
#[command(
    after_help = "Examples:\n  docgen verify README.md     check the code blocks of one file\n  docgen serve                preview the site in this folder\n  docgen build --verify       verify and write the site to public/"
)]
pub(super) struct Arguments {
    /// The project's folder [default: the nearest folder upward with a book.toml, else the current one]
    #[arg(long, global = true, value_name = "DIR")]
    pub(super) root: Option<PathBuf>,
    /// When to use colour
    #[arg(long, global = true, value_enum, default_value_t = ColorChoice::Auto, value_name = "WHEN")]
    pub(super) color: ColorChoice,
    /// Print results only, no progress
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    pub(super) quiet: bool,
    /// Show every finding with its excerpt, every started program, and how much work was done
    #[arg(long, short, global = true)]
    pub(super) verbose: bool,
    /// Folder for caches and work folders [default: $`XDG_CACHE_HOME/docgen`]
    #[arg(long, global = true, value_name = "DIR")]
    pub(super) cache_dir: Option<PathBuf>,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Write the site
    #[command(after_help = "Example: docgen build --verify --base-url https://example.org/docs")]
    Build(BuildOptions),
    /// Preview the site and reload it when you save
    #[command(
        after_help = "Examples:\n  docgen serve --open\n  docgen serve --host 0.0.0.0 --allow-host laptop.example   for others in this network"
    )]
    Serve(ServeOptions),
    /// Verify code blocks: parse, lint, compile and, where asked, run them
    #[command(
        after_help = "Examples:\n  docgen verify                          all pages of the project\n  docgen verify README.md --lang python  the Python blocks of one file\n  docgen verify --report json=out.json   a report for machines\n  docgen verify - < draft.md             standard input\n  docgen verify --since origin/main      only what a branch can have touched\n  docgen verify --partition 2/4          the second of four machines of a CI matrix"
    )]
    Verify(VerifyOptions),
    /// Join the reports and caches of shards
    #[command(after_help = "Example: docgen merge shard-*.json --report github --report json=verification.json")]
    Merge(MergeOptions),
    /// Write the fixture projects with their snippets, to open in an editor
    #[command(after_help = "Example: docgen extract --out /tmp/snippets --lang rust")]
    Extract(ExtractOptions),
    /// Check everything that needs no execution: links, anchors, images, front matter, fences
    #[command(after_help = "Example: docgen check --deny warnings")]
    Check(CheckOptions),
    /// Report on the project
    #[command(after_help = "Example: docgen report freshness --due 30")]
    Report {
        /// The subject
        #[command(subcommand)]
        what: Report,
    },
    /// Write what a folder lacks to be a project: book.toml, a first page, a workflow; overwrites nothing
    #[command(after_help = "Example: docgen init my-docs && cd my-docs && docgen serve")]
    Init(InitOptions),
    /// Write a new page with its front matter filled in
    #[command(after_help = "Example: docgen new guides/deploy")]
    New(NewOptions),
    /// Show which tools are installed, and test that they find faults
    #[command(after_help = "Example: docgen doctor --fix")]
    Doctor(DoctorOptions),
    /// Look at a built site as its host will: size, names that collide, links that leave it
    #[command(after_help = "Example: docgen publish --preflight public --base-url https://example.org/repo")]
    Publish(PublishOptions),
    /// Print the completions of a shell
    #[command(after_help = "Example: docgen completions bash > ~/.local/share/bash-completion/completions/docgen")]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the JSON schema of book.toml or of front matter, for editors that complete them
    #[command(after_help = "Example: docgen schema book > .vscode/book.schema.json")]
    Schema {
        /// Of what
        #[arg(value_enum)]
        what: SchemaOf,
    },
    /// Print the manual page, or write one for each command
    #[command(
        after_help = "Examples:\n  docgen man | man -l -                 read it\n  docgen man --out ~/.local/share/man/man1   install all pages"
    )]
    Man(ManOptions),
}

#[derive(Debug, Args)]
pub(super) struct InitOptions {
    /// The folder [default: the current one]
    #[arg(value_name = "DIR")]
    pub(super) dir: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct PublishOptions {
    /// The folder of the built site
    #[arg(long, value_name = "DIR", required = true)]
    pub(super) preflight: PathBuf,
    /// Public address of the site [default: that of book.toml]
    #[arg(long, value_name = "URL")]
    pub(super) base_url: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct ManOptions {
    /// Folder for the pages of all commands
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct NewOptions {
    /// The page, from the content folder; `.md` may be left out
    #[arg(value_name = "PAGE")]
    pub(super) page: PathBuf,
    /// Use this date as today
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(super) date: Option<String>,
}

/// The subjects of reports.
#[derive(Debug, Subcommand)]
pub(super) enum Report {
    /// Review clocks by owner: edited, reviewed, verified
    #[command(
        after_help = "Examples:\n  docgen report freshness --due 30              due within a month, overdue, never reviewed\n  docgen report freshness --report json=due.json"
    )]
    Freshness(FreshnessOptions),
}

#[derive(Debug, Args)]
pub(super) struct FreshnessOptions {
    /// Only pages whose review is due within this many days
    #[arg(long, value_name = "DAYS")]
    pub(super) due: Option<i32>,
    /// `terminal`, `json=PATH` (`-` is standard output) or `github`; may be given several times
    #[arg(long, value_name = "KIND[=PATH]")]
    pub(super) report: Vec<ReportTo>,
    /// Use this date as today
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(super) date: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct BuildOptions {
    /// Folder for the site [default: public]
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Public address of the site, for the sitemap and canonical links
    #[arg(long, value_name = "URL")]
    pub(super) base_url: Option<String>,
    /// Also build pages with `status: draft`
    #[arg(long)]
    pub(super) drafts: bool,
    /// Verify the snippets first and show their verdicts
    #[arg(long)]
    pub(super) verify: bool,
    /// With --verify: fail only on blocks that are worse than in the ledger
    #[arg(long, requires = "verify")]
    pub(super) ratchet: bool,
    /// Treat these as errors
    #[arg(long, value_enum, value_delimiter = ',', value_name = "WHAT")]
    pub(super) deny: Vec<Deny>,
    /// Use this date as today, for review clocks
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(super) date: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct ServeOptions {
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1", value_name = "ADDRESS")]
    pub(super) host: String,
    /// Also answer to this host name, as in the browser's address; may be given several times
    #[arg(long, value_name = "NAME")]
    pub(super) allow_host: Vec<String>,
    /// Port to listen on [default: 3000, or the next free one]
    #[arg(long, value_name = "PORT")]
    pub(super) port: Option<u16>,
    /// Open the browser
    #[arg(long)]
    pub(super) open: bool,
    /// Do not verify snippets in the background
    #[arg(long)]
    pub(super) no_verify: bool,
    /// Also show pages with `status: draft`
    #[arg(long)]
    pub(super) drafts: bool,
}

#[derive(Debug, Clone, Args)]
pub(super) struct VerifyOptions {
    /// Markdown files or folders; `-` is standard input [default: the whole project]
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// Only blocks of this language; may be given several times
    #[arg(long, value_name = "LANG")]
    pub(super) lang: Vec<String>,
    /// Only the blocks of this name
    #[arg(long, value_name = "NAME")]
    pub(super) name: Option<String>,
    /// Only the blocks of this group
    #[arg(long, value_name = "GROUP")]
    pub(super) group: Option<String>,
    /// Only the block of this id, as reports show it
    #[arg(long, value_name = "ID")]
    pub(super) id: Option<String>,
    /// Only blocks that did not pass in the last run
    #[arg(long)]
    pub(super) failed: bool,
    /// Only blocks that a change since this commit can have touched: on changed pages, with changed fixtures or includes
    #[arg(long, value_name = "REV")]
    pub(super) since: Option<String>,
    /// Only shard K of N, for a CI matrix: `K/N`, `hash:K/N` or `cost:K/N`; `docgen merge` joins the reports
    #[arg(long, value_name = "[RULE:]K/N")]
    pub(super) partition: Option<Shard>,
    /// With --partition: what blocks cost in an earlier run, from its JSON report; the same file for all shards
    #[arg(long, value_name = "REPORT", requires = "partition")]
    pub(super) costs: Option<PathBuf>,
    /// Verify everything again and keep nothing
    #[arg(long)]
    pub(super) no_cache: bool,
    /// Say why this block would be verified again; verify nothing
    #[arg(long, value_name = "ID")]
    pub(super) why: Option<String>,
    /// Refuse to start if the sandbox is weaker
    #[arg(long, value_enum, ignore_case = true, value_name = "LEVEL")]
    pub(super) require_sandbox: Option<SandboxLevel>,
    /// Parse and lint only; run nothing, not even build scripts
    #[arg(long)]
    pub(super) no_exec: bool,
    /// Write the output of blocks into expected output that differs, and show the change; not in CI
    #[arg(long)]
    pub(super) bless: bool,
    /// Write a prelude with a stub for each undefined name
    #[arg(long)]
    pub(super) suggest_prelude: bool,
    /// How many jobs to run at the same time [default: the number of cores]
    #[arg(long, value_name = "N")]
    pub(super) jobs: Option<NonZeroUsize>,
    #[command(flatten)]
    pub(super) handling: Handling,
}

/// What is done with verdicts.
#[derive(Debug, Clone, Args)]
pub(super) struct Handling {
    /// A missing tool is exit 3; an ignored block that would pass is exit 4 [default in CI]
    #[arg(long)]
    pub(super) strict: bool,
    /// Fail only on blocks that are worse than in the ledger, so a project with failing blocks can only get better
    #[arg(long)]
    pub(super) ratchet: bool,
    /// Write the verdicts to snippets/ledger.json; commit that file
    #[arg(long)]
    pub(super) write_ledger: bool,
    /// Treat a block that the ledger does not know as a breach of policy (exit 4)
    #[arg(long)]
    pub(super) locked: bool,
    /// Treat code below this level as a breach of policy (exit 4)
    #[arg(long, value_enum, ignore_case = true, value_name = "LEVEL")]
    pub(super) min_level: Option<MinLevel>,
    /// `terminal`, `json=PATH` (`-` is standard output), `junit=PATH`, `sarif=PATH`, `summary=PATH` (Markdown) or
    /// `github`; may be given several times
    #[arg(long, value_name = "KIND[=PATH]")]
    pub(super) report: Vec<ReportTo>,
}

#[derive(Debug, Args)]
pub(super) struct MergeOptions {
    /// The JSON reports of all shards
    #[arg(value_name = "FILE", required = true)]
    pub(super) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) handling: Handling,
}

#[derive(Debug, Args)]
pub(super) struct ExtractOptions {
    /// Folder for the projects
    #[arg(long, value_name = "DIR")]
    pub(super) out: PathBuf,
    /// Only blocks of this language; may be given several times
    #[arg(long, value_name = "LANG")]
    pub(super) lang: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct CheckOptions {
    /// Fix what can be fixed with certainty: front matter that a formatter has flattened
    #[arg(long)]
    pub(super) fix: bool,
    /// Treat these as errors
    #[arg(long, value_enum, value_delimiter = ',', value_name = "WHAT")]
    pub(super) deny: Vec<Deny>,
    /// `terminal`, `json=PATH` (`-` is standard output) or `github`; may be given several times
    #[arg(long, value_name = "KIND[=PATH]")]
    pub(super) report: Vec<ReportTo>,
    /// Use this date as today, for review clocks
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(super) date: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct DoctorOptions {
    /// Install missing tools into your data folder, after showing their names and sizes
    #[arg(long)]
    pub(super) fix: bool,
}

impl VerifyOptions {
    /// Whether all blocks of the project are verified.
    pub(super) fn is_everything(&self) -> bool {
        let named = self.name.is_some() || self.group.is_some() || self.id.is_some();
        self.paths.is_empty() && self.lang.is_empty() && !named && !self.may_select_nothing()
    }

    /// Whether it is no fault if no block is left: nothing changed, nothing failed, or a shard is empty.
    pub(super) fn may_select_nothing(&self) -> bool {
        self.failed || self.since.is_some() || self.partition.is_some()
    }
}
