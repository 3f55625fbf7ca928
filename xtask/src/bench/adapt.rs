//! Makes of a body what Hugo, mdBook and Zensical expect.
//!
//! Each gets what it does best: Hugo a bare theme without search, mdBook and Zensical their own themes.
//! Must not know: measurements.

use super::body::VERSION;
use crate::run::Done;
use std::fs;
use std::path::Path;

const HUGO_CONFIGURATION: &str = "\
baseURL = 'https://example.org/'
title = 'Pages'
uglyURLs = true

[taxonomies]
tag = 'tags'
agent = 'agents'

[markup.highlight]
noClasses = false
";

const BASE: &str = "\
<!doctype html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<title>{{ .Title }}</title>
<meta name=\"description\" content=\"{{ .Description }}\">
</head>
<body>
<header><a href=\"{{ \"/\" | relURL }}\">{{ site.Title }}</a></header>
<main>{{ block \"main\" . }}{{ end }}</main>
</body>
</html>
";

const SINGLE: &str = "\
{{ define \"main\" }}
<article>{{ .Content }}</article>
<nav>{{ .TableOfContents }}</nav>
<p>{{ range .GetTerms \"tags\" }}<a href=\"{{ .RelPermalink }}\">{{ .Title }}</a> {{ end }}</p>
<p>{{ range .GetTerms \"agents\" }}<a href=\"{{ .RelPermalink }}\">{{ .Title }}</a> {{ end }}</p>
{{ end }}
";

const LIST: &str = "\
{{ define \"main\" }}
<h1>{{ .Title }}</h1>
<article>{{ .Content }}</article>
<ul>{{ range .Pages }}<li><a href=\"{{ .RelPermalink }}\">{{ .Title }}</a></li>{{ end }}</ul>
{{ end }}
";

/// Hugo's folder: a section's page is called `_index.md`, and links lead to HTML files.
pub(super) fn hugo(body: &Path, folder: &Path) -> Done {
    once(folder, || {
        for path in files(body)? {
            let text = read(&body.join("content").join(&path))?;
            let text = text.replace(".md)", ".html)").replace(".md#", ".html#");
            write(&folder.join("content").join(path.replace("index.md", "_index.md")), &text)?;
        }
        let layouts = folder.join("layouts");
        for (name, layout) in [("baseof", BASE), ("single", SINGLE)] {
            write(&layouts.join(format!("{name}.html")), layout)?;
        }
        for name in ["list", "home", "taxonomy", "term"] {
            write(&layouts.join(format!("{name}.html")), LIST)?;
        }
        write(&folder.join("hugo.toml"), HUGO_CONFIGURATION)
    })
}

/// mdBook's folder: no front matter, and a `SUMMARY.md`.
pub(super) fn mdbook(body: &Path, folder: &Path) -> Done {
    once(folder, || {
        let mut summary = String::from("# Summary\n\n");
        for path in files(body)? {
            let text = read(&body.join("content").join(&path))?;
            let text = text.split_once("\n---\n\n").map_or(text.as_str(), |(_, rest)| rest);
            let title = text.lines().next().unwrap_or("").trim_start_matches("# ");
            let depth = path.matches('/').count().saturating_sub(usize::from(path.ends_with("index.md")));
            summary.push_str(&format!("{}- [{title}]({path})\n", "  ".repeat(depth)));
            write(&folder.join("src").join(&path), text)?;
        }
        write(&folder.join("src/SUMMARY.md"), &summary)?;
        write(&folder.join("book.toml"), "[book]\ntitle = \"Pages\"\n")
    })
}

/// Zensical's folder.
pub(super) fn zensical(body: &Path, folder: &Path) -> Done {
    once(folder, || {
        for path in files(body)? {
            write(&folder.join("docs").join(&path), &read(&body.join("content").join(&path))?)?;
        }
        write(&folder.join("zensical.toml"), "[project]\nsite_name = \"Pages\"\n")
    })
}

/// Makes a folder unless it is there already.
fn once(folder: &Path, make: impl Fn() -> Done) -> Done {
    let marker = folder.join(".made");
    if fs::read_to_string(&marker).is_ok_and(|made| made == VERSION) {
        return Ok(());
    }
    println!("== make {}", folder.display());
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|error| format!("cannot remove {}: {error}", folder.display()))?;
    }
    make()?;
    write(&marker, VERSION)
}

/// The paths of a body's pages; a folder's page stands before the others.
pub(super) fn files(body: &Path) -> Done<Vec<String>> {
    let (content, mut files) = (body.join("content"), Vec::new());
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        let place = content.join(&folder);
        let failed = |error: std::io::Error| format!("cannot read {}: {error}", place.display());
        for entry in fs::read_dir(&place).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let path = format!("{folder}{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                folders.push(path + "/");
            } else {
                files.push(path);
            }
        }
    }
    files.sort_by_cached_key(|path| path.replace("index.md", ""));
    Ok(files)
}

fn read(path: &Path) -> Done<String> {
    fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))
}

fn write(path: &Path, text: &str) -> Done {
    let failed = |error: std::io::Error| format!("cannot write {}: {error}", path.display());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    fs::write(path, text).map_err(failed)
}
