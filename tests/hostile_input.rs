//! Malicious or unexpected input. Each case gives its page an error, and the rest of the site is built. The tests check
//! limits by messages, never by time.

#![allow(clippy::format_collect, reason = "plain to read; speed does not matter here")]
#![allow(clippy::disallowed_methods, reason = "tests look at disk and processes from outside")]

mod common;

use common::{project, run, statuses, stderr, stdout, verify_json, write};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

/// A command's output and exit status.
fn said(site: &Path, args: &[&str]) -> (String, Option<i32>) {
    let output = run(site, args);
    (format!("{}{}", stdout(&output), stderr(&output)), output.status.code())
}

fn built(site: &Path, page: &str) -> String {
    std::fs::read_to_string(site.join("public").join(page)).unwrap_or_else(|error| panic!("{page}: {error}"))
}

#[test]
fn an_endless_info_string_is_one_error_at_its_fence() {
    let items = "{a=1} word ".repeat(100_000);
    let page = format!("# P\n\n```python {items}\nx = 1\n```\n\n<!-- docgen: {items} -->\n```python\nx = 1\n```\n");
    let site = project("[book]\n", &page);
    let (said, status) = said(site.path(), &["check"]);
    assert_eq!(status, Some(1));
    let wanted = "error[fence-word]: this info string has 1100006 bytes; 4096 are the most\n --> content/page.md:3:4";
    assert!(said.contains(wanted), "{}", &said[..said.len().min(2000)]);
    assert!(said.contains("\n1 page: 1 error\n"), "{}", &said[said.len().saturating_sub(2000)..]);
    assert_eq!(statuses(&verify_json(site.path(), &[]).0), ["fail", "fail"]);
}

#[test]
fn the_problems_of_one_info_string_are_counted_after_twenty() {
    let words: String = (0..300).map(|number| format!(" w{number}")).collect();
    let site = project("[book]\n", &format!("# P\n\n```python{words}\nx = 1\n```\n"));
    let (said, _) = said(site.path(), &["check"]);
    assert!(
        said.contains("unknown word `w19` in the info string, and 280 more problems of this info string"),
        "{said}"
    );
    assert!(said.contains("\n1 page: 20 errors\n"), "{said}");
}

#[test]
fn endless_front_matter_is_an_error_and_the_page_is_built_without() {
    let tags: String = (0..5000).map(|number| format!("  - tag{number}\n")).collect();
    let page = format!("---\ndescription: {}\ntags:\n{tags}---\n\n# The page\n", "long ".repeat(800_000));
    let site = project("[book]\n", &page);
    let (said, status) = said(site.path(), &["build"]);
    assert_eq!(status, Some(1));
    let wanted = "error[front-matter-value]: the front matter has 3963 KB; the max is 64 KB\n --> content/page.md:1:1";
    assert!(said.contains(wanted), "{}", &said[..said.len().min(2000)]);
    assert!(built(site.path(), "page.html").contains("The page"));
}

#[test]
fn many_terms_are_each_found_where_they_stand() {
    let tags: String = (0..4000).map(|number| format!("  - tag{number}\n")).collect();
    let site = project("[taxonomies.tags]\nclosed = true\n", &format!("---\ntags:\n{tags}---\n\n# P\n"));
    let (said, status) = said(site.path(), &["check"]);
    assert_eq!(status, Some(1));
    for number in [0, 7, 70, 3999] {
        let wanted = format!("`tag{number}` is not a declared term of `tags`\n");
        let at = said.find(&wanted).expect("named") + wanted.len();
        let place = format!("--> content/page.md:{}:5\n", number + 3);
        assert!(said[at..].trim_start().starts_with(&place), "{}", &said[at..at + 100]);
    }
}

#[test]
fn the_problems_of_one_line_are_counted_after_twenty() {
    let links: String = (0..20_000).map(|number| format!("[x](nowhere{number}.md) ")).collect();
    let site = project("[book]\n", &format!("# P\n\n{links}\n"));
    let (said, status) = said(site.path(), &["check"]);
    assert_eq!(status, Some(1));
    assert!(
        said.contains("note: 19980 more problems of this kind are on this line"),
        "{}",
        &said[said.len().saturating_sub(3000)..]
    );
    assert!(said.contains("\n1 page: 20 errors\n"));
}

#[test]
fn an_include_bomb_ends_at_a_bound() {
    let ten = |next: &str| format!("{{{{#include {next}}}}}\n").repeat(10);
    let site = project("[book]\n", &format!("# Many\n\n{}", ten("0.txt")));
    for level in 0..9 {
        write(site.path(), &format!("content/{level}.txt"), &ten(&format!("{}.txt", level + 1)));
    }
    write(site.path(), "content/9.txt", "");
    write(site.path(), "content/large.md", &format!("# Large\n\n{}", "{{#include mega.txt}}\n".repeat(40)));
    write(site.path(), "content/mega.txt", &"text\n".repeat(200_000));
    write(site.path(), "content/anchors.md", &format!("# Anchors\n\n{}", "{{#include mega.txt:a}}\n".repeat(1000)));
    write(site.path(), "content/circle.md", "# Circle\n\n{{#include a.txt}}\n");
    write(site.path(), "content/a.txt", "{{#include b.txt}}\n");
    write(site.path(), "content/b.txt", "{{#include a.txt}}\n");
    let (said, status) = said(site.path(), &["check"]);
    assert_eq!(status, Some(1));
    for wanted in [
        "error[include-limit]: the page has more than 2000 includes",
        "error[include-limit]: the page grows beyond 16 MB",
        "error[include-limit]: `a.txt` includes itself: content/circle.md → content/a.txt → content/b.txt → content/a.txt\n --> content/b.txt:1:1",
        "error[include-missing]: `mega.txt` has no anchor `a`\n --> content/anchors.md:3:1",
    ] {
        assert!(said.contains(wanted), "{wanted}: {}", &said[..said.len().min(4000)]);
    }
    // A page reports at most 100 problems.
    assert!(said.matches("error[include").count() <= 301, "{}", said.matches("error[include").count());
}

/// A site whose page names have special characters for addresses. Each page links to all others.
fn strange_names(config: &str) -> tempfile::TempDir {
    let site = project(
        config,
        "---\ntags: [one]\nlast_reviewed: 2026-01-01\n---\n\n# P\n\n[b](a%3Fb%23c&d.md) [c](<./javascript:alert(1).md>)\n",
    );
    for name in ["a?b#c&d.md", "javascript:alert(1).md", "100%+x y'\".md"] {
        write(
            site.path(),
            &format!("content/{name}"),
            "---\ntags: [one]\nlast_reviewed: 2026-01-01\n---\n\n# Strange\n",
        );
    }
    site
}

#[test]
fn pages_with_strange_names_are_linked_as_addresses() {
    let site = strange_names("[book]\n");
    let (said, _) = said(site.path(), &["build"]);
    assert!(!said.contains("a%3Fb%23c&d.md") && !said.contains("javascript"), "{said}");
    let addresses = ["a%3Fb%23c&amp;d.html", "./javascript:alert(1).html", "100%25+x%20y%27%22.html"];
    let wanted = |page: &str, prefix: &str| {
        let html = built(site.path(), page);
        for address in addresses {
            let address =
                format!("href=\"{prefix}{}\"", address.trim_start_matches(if prefix.is_empty() { "" } else { "./" }));
            assert!(html.contains(&address), "{page} has no {address}\n{html}");
        }
        assert!(!html.contains("href=\"javascript:") && !html.contains("href=\"a?b"), "{page}\n{html}");
    };
    // Navigation and text, the home page's list, search without JavaScript, health, a term's list.
    for page in ["page.html", "index.html", "search.html", "health.html"] {
        wanted(page, "");
    }
    wanted("tags/one.html", "../");
    let llms = built(site.path(), "llms.txt");
    for address in ["(a%3Fb%23c&d.md)", "(./javascript:alert%281%29.md)", "(100%25+x%20y%27%22.md)"] {
        assert!(llms.contains(address), "{address} is not in\n{llms}");
    }
    let twin = built(site.path(), "page.md");
    assert!(twin.contains("[b](a%3Fb%23c&d.md) [c](<./javascript:alert%281%29.md>)"), "{twin}");
    let index: String = walkdir::WalkDir::new(site.path().join("public/docgen/search"))
        .into_iter()
        .filter_map(|entry| std::fs::read_to_string(entry.expect("an entry").path()).ok())
        .collect();
    assert!(index.contains("./javascript:alert(1).html") && index.contains("a%3Fb%23c&d.html"), "{index}");
    assert!(!index.contains("\"javascript:") && !index.contains("njavascript:"), "{index}");
}

#[test]
fn strange_names_are_encoded_in_sitemap_feed_and_canonical_addresses() {
    let site = strange_names("[book]\n[site]\nbase-url = \"https://example.org/x\"\n");
    said(site.path(), &["build"]);
    for (file, open) in [("sitemap.xml", "<loc>"), ("atom.xml", "<id>"), ("a?b#c&d.html", "href=\"")] {
        let text = built(site.path(), file);
        assert!(text.contains(&format!("{open}https://example.org/x/a%3Fb%23c&amp;d.html")), "{file}\n{text}");
    }
    assert!(built(site.path(), "agents.json").contains("docgen.agents/1"));
}

#[test]
fn where_html_is_escaped_no_address_runs_code() {
    let page = "# P {onclick=alert(1) .kept}\n\n[a](javascript:alert(1)) [b](JAVA\u{1}SCRIPT:alert(2)) [c](java&#9;script:alert(3)) <javascript:alert(4)> [d][ref] [e](vbscript:x) [f](data:text/html,x)\n\n![g](javascript:x) ![h](data:image/png;base64,AA==) [![i](data:text/html,x)](&#1;javascript:y)\n\n[good](https://example.org) <b onclick=\"alert(5)\">\n\n[ref]: javascript&colon;alert(6)\n";
    let site = project("[book]\n[site]\nraw-html = \"escape\"\n", page);
    // Several pages have a print page too.
    write(site.path(), "content/other.md", "# Other\n");
    let (said, status) = said(site.path(), &["build"]);
    assert_eq!(status, Some(0), "{said}");
    assert_eq!(said.matches("warning[unsafe-link]").count(), 9, "{said}");
    assert!(said.contains("--> content/page.md:3:1\n"), "{said}");
    for page in ["page.html", "print.html"] {
        let html = built(site.path(), page);
        for wrong in ["script:", "data:text", "onclick=alert", "<b onclick"] {
            let addresses: Vec<&str> = html.split("href=\"").chain(html.split("src=\"")).skip(1).collect();
            let inside =
                addresses.iter().any(|rest| rest.split('"').next().is_some_and(|it| it.to_lowercase().contains(wrong)));
            assert!(!inside && !html.contains("<b onclick") && !html.contains("<h1 onclick"), "{wrong}\n{html}");
        }
        assert!(
            html.contains("href=\"https://example.org\"") && html.contains("src=\"data:image/png;base64,AA==\""),
            "{html}"
        );
    }
}

#[test]
fn names_that_no_site_can_have_cost_their_file_only() {
    let site = project(
        "[book]\n",
        "---\ntags: [\"index\", \"TERM\"]\n---\n\n# P\n".replace("TERM", &"x".repeat(300)).as_str(),
    );
    let long = "n".repeat(252);
    write(site.path(), &format!("content/{long}.md"), "# Long\n");
    write(site.path(), "content/new\nline.md", "# Line\n");
    write(site.path(), "content/back\\slash.md", "# Slash\n");
    write(site.path(), "content/bell\u{7}.txt", "x");
    let not_utf8 = std::ffi::OsStr::from_bytes(b"caf\xe9.md");
    std::fs::write(site.path().join("content").join(not_utf8), "# Latin\n").expect("written");
    let (said, status) = said(site.path(), &["build"]);
    assert_eq!(status, Some(1), "{said}");
    for wanted in [
        "the site cannot have this page: its address has a name of 257 bytes; the max of file systems is 255",
        "the site cannot have this page: its address contains `\\n`, which not every system allows in a name",
        "the site cannot have this page: its address contains `\\\\`, which not every system allows in a name",
        "the site cannot have this file: its path contains `\\u{7}`, which not every system allows in a name",
        "this file's name is not UTF-8",
        "this term cannot have a page: its address has a name of 305 bytes; the max of file systems is 255",
    ] {
        assert!(said.contains(wanted), "{wanted} is not in\n{said}");
    }
    assert!(built(site.path(), "tags/index.html").contains("term-index.html"));
    assert!(built(site.path(), "page.html").contains("P</h1>"));
}

#[test]
fn files_that_take_one_place_are_told_of() {
    let site = project("[book]\n", "# P\n");
    for (path, text) in [
        ("x.html/below.md", "# Below\n"),
        ("x.md", "# X\n"),
        ("page.html", "<p>mine</p>\n"),
        ("docgen/site.js", "alert(1)\n"),
        ("sitemap.xml", "mine\n"),
        ("robots.txt", "mine\n"),
        ("tags/one.md", "# One\n"),
        ("Search.md", "# Search\n"),
        ("Page.md", "---\ntags: [one]\n---\n\n# Page\n"),
        ("index.html.md", "# Index\n"),
        ("con.md", "# Con\n"),
        ("404.md", "# Gone\n"),
        ("folder.md/inner.md", "# Inner\n"),
    ] {
        write(site.path(), &format!("content/{path}"), text);
    }
    let (said, status) = said(site.path(), &["build"]);
    assert_eq!(status, Some(1), "{said}");
    for wanted in [
        "the URL of this page, x.html, is a folder that contains the page x.html/below.md\n --> content/x.md:1:1",
        "its path is used by the page Page.md\n --> content/page.html:1:1",
        "its path is in `docgen/`, the folder of docgen's own scripts and styles\n --> content/docgen/site.js:1:1",
        "its path is used by a file that docgen generates\n --> content/sitemap.xml:1:1",
        "the URL of this page, tags/one.html, belongs to a page that docgen generates\n --> content/tags/one.md:1:1",
        "the URL of this page, search.html, belongs to a page that docgen generates\n --> content/Search.md:1:1",
        "this page and content/Page.md have the same URL, page.html\n --> content/page.md:1:1",
    ] {
        let wanted = wanted.replace("\n --> ", "\n");
        let flat: String =
            said.lines().map(|line| format!("{}\n", line.trim_start().trim_start_matches("--> "))).collect();
        assert!(flat.contains(&wanted), "{wanted} is not in\n{said}");
    }
    assert_eq!(built(site.path(), "robots.txt"), "mine\n");
    for page in ["index.html.html", "con.html", "404.html", "folder.md/inner.html"] {
        built(site.path(), page);
    }
}

#[test]
fn without_a_process_left_docgen_says_so() {
    let site = project("[book]\n", "# P\n\n```python run\nprint(1)\n```\n");
    // A separate user, because root has no limit and the tests' user has other processes.
    let (limited, folder) = (["setpriv", "--reuid=54321", "--regid=54321", "--clear-groups"], site.path().join("bin"));
    std::fs::create_dir_all(&folder).expect("made");
    let docgen = folder.join("docgen");
    std::fs::copy(env!("CARGO_BIN_EXE_docgen"), &docgen).expect("copied");
    for path in [site.path(), &folder, &docgen] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o777)).expect("opened");
    }
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
    for processes in [1, 2, 3, 4, 5, 6, 8, 10] {
        for command in ["check", "build", "verify"] {
            let mut words: Vec<String> = if is_root { limited.map(str::to_owned).to_vec() } else { Vec::new() };
            words.extend(["prlimit".to_owned(), format!("--nproc={processes}"), docgen.display().to_string()]);
            words.push(command.to_owned());
            let output = Command::new(&words[0])
                .args(&words[1..])
                .current_dir(site.path())
                .env_remove("CI")
                .env("HOME", site.path())
                .env("XDG_CACHE_HOME", site.path().join("cache"))
                .output()
                .expect("it starts");
            let said = stderr(&output);
            assert!(!said.contains("panicked"), "{processes} {command}: {said}");
            assert!(matches!(output.status.code(), Some(0 | 1 | 3)), "{processes} {command}: {said}");
            if processes == 1 {
                assert_eq!(output.status.code(), Some(3), "{command}: {said}");
                assert!(said.contains("cannot start a thread") && said.contains("`ulimit -u`"), "{command}: {said}");
            }
        }
    }
}
