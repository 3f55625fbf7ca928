//! The words of info strings: docgen's (S2.2) and other tools' (S2.3).
//!
//! Must not know: how an info string is parsed.

/// The flags of S2.2 that stand alone.
pub const FLAGS: &[&str] = &[
    "run",
    "check",
    "no_run",
    "ignore",
    "should_fail",
    "compile_fail",
    "output",
    "nest",
    "setup",
    "teardown",
    "hidden",
    "net",
    "standalone",
    "test_harness",
    "numbers",
];

/// The keys of S2.2 that take a value.
pub const KEYS: &[&str] = &[
    "reason",
    "error",
    "code",
    "group",
    "fixture",
    "prelude",
    "file",
    "name",
    "title",
    "tab",
    "hl",
    "ins",
    "del",
    "numbers",
    "hide",
    "timeout",
    "exit",
    "args",
    "stdin",
    "vars",
    "env",
    "match",
    "filter",
    "lint",
    "needs",
    "schema",
    "same-output",
    "applies-to",
    "edition",
];

/// Other tools' words with an equivalent here: the word, our item, its value.
pub(super) const ALIASES: &[(&str, &str, Option<&str>)] = &[
    ("should_panic", "should_fail", None),
    ("norun", "no_run", None),
    ("edition2015", "edition", Some("2015")),
    ("edition2018", "edition", Some("2018")),
    ("edition2021", "edition", Some("2021")),
    ("edition2024", "edition", Some("2024")),
    ("filename", "title", None),
    ("hl_lines", "hl", None),
    ("showLineNumbers", "numbers", None),
    ("line-numbers", "numbers", None),
    ("lineNumbers", "numbers", None),
    ("linenums", "numbers", None),
    ("linenostart", "numbers", None),
    ("numberLines", "numbers", None),
    ("number-lines", "numbers", None),
    ("startFrom", "numbers", None),
    ("ignore-wasm", "ignore", None),
    // Docusaurus and mdBook plug-ins: the block is the address of code elsewhere.
    ("reference", "not_code", None),
];

/// Words and keys that have no effect here, each with the tool that uses it.
pub(super) const FOREIGN: &[(&str, &str)] = &[
    ("editable", "mdBook"),
    ("noplayground", "mdBook"),
    ("noplaypen", "mdBook"),
    ("playground", "mdBook"),
    ("mdbook-runnable", "mdBook"),
    ("hidelines", "mdBook"),
    ("allow_fail", "rustdoc"),
    ("custom", "rustdoc"),
    ("live", "Docusaurus"),
    ("noInline", "Docusaurus"),
    ("metastring", "Docusaurus"),
    ("npm2yarn", "Docusaurus"),
    ("no-line-numbers", "VitePress"),
    ("twoslash", "VitePress"),
    ("copy", "Nextra"),
    ("wrap", "Starlight"),
    ("frame", "Starlight"),
    ("mark", "Starlight"),
    ("collapse", "Starlight"),
    ("annotate", "Material for MkDocs"),
    ("no-copy", "Material for MkDocs"),
    ("select", "Material for MkDocs"),
    ("echo", "Quarto"),
    ("eval", "Quarto"),
    ("include", "Quarto"),
    ("warning", "Quarto"),
    ("label", "Quarto"),
    ("code-fold", "Quarto"),
    ("lineAnchors", "Pandoc"),
    ("test", "pytest-examples"),
    ("requires", "pytest-examples"),
    ("upgrade", "pytest-examples"),
];

/// Words that rustdoc reads as Rust when no language stands before them.
pub(super) const RUSTDOC_ALONE: &[&str] =
    &["ignore", "no_run", "should_panic", "compile_fail", "edition2015", "edition2018", "edition2021", "edition2024"];
