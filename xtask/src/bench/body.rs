//! Makes a body: a folder of Markdown pages with a `book.toml`, the same bytes on every machine.
//!
//! A page has about 7 KB, five code blocks, a table, lists, links, tags and agents.
//! Must not know: which tools build it.

use super::code::{Language, block, languages};
use super::layout::{Page, heading, pages, slug};
use super::prose::Writer;
use super::random::{Random, Zipf};
use super::words::{Words, capital};
use crate::run::Done;
use std::fs;
use std::path::Path;

/// The generator's version. A change of the bodies needs a new one, so that all machines make them again.
pub(super) const VERSION: &str = "1";

/// The file that says that a body is complete.
pub(super) const MARKER: &str = ".made";

/// No page is ever overdue, so that the day of the measurement makes no difference.
const REVIEWS: &str =
    "\n[governance]\nreview = { low = \"90y\", medium = \"90y\", high = \"90y\", critical = \"90y\" }\n";

/// What the fences' labels are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The six languages.
    Known,
    /// A language that nobody knows, so that no tool highlights anything.
    Unknown,
}

const TAGS: &str = "debugging deployment testing security performance networking storage search logging metrics \
tracing caching queues databases migrations releases packaging configuration secrets authentication authorization \
billing localization accessibility templates themes plugins scripting automation scheduling backups recovery \
replication sharding consistency concurrency memory profiling benchmarks parsing compilers linking embedded firmware \
sensors robotics graphics audio video mobile browsers desktop commandline editors documentation governance compliance \
privacy onboarding support hiring";

const AGENTS: &[&str] = &[
    "python-pro",
    "javascript-pro",
    "golang-pro",
    "rust-pro",
    "shell-pro",
    "data-engineer",
    "devops-troubleshooter",
    "observability-incident-lead",
    "security-auditor",
    "docs-architect",
    "performance-engineer",
    "release-manager",
];

const OWNERS: &[&str] = &[
    "Platform Reliability Guild",
    "Developer Experience",
    "Data Platform",
    "Security",
    "Payments",
    "Search",
    "Mobile",
    "Release Engineering",
    "Networking",
    "Customer Support",
];

/// Makes the body unless the folder has it already.
pub(super) fn make(folder: &Path, count: usize, kind: Kind) -> Done {
    let marker = folder.join(MARKER);
    let mark = format!("version {VERSION}, {count} pages\n");
    if fs::read_to_string(&marker).is_ok_and(|found| found == mark) {
        return Ok(());
    }
    println!("== make {count} pages in {}", folder.display());
    let failed = |error: std::io::Error| format!("cannot write a body in {}: {error}", folder.display());
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(failed)?;
    }
    let content = folder.join("content");
    let pages = Maker::new(count, kind);
    for (number, page) in pages.pages.iter().enumerate() {
        let file = content.join(&page.path);
        fs::create_dir_all(file.parent().unwrap_or(&content)).map_err(failed)?;
        fs::write(file, pages.page(number)).map_err(failed)?;
    }
    let book = format!("[book]\ntitle = \"{count} pages\"\ndescription = \"Pages to measure with.\"\n{REVIEWS}");
    fs::write(folder.join("book.toml"), book).map_err(failed)?;
    fs::write(marker, mark).map_err(failed)
}

/// A block for each language that every machine can verify, and one that runs; `{n}` is its number.
const GOOD: [&str; 7] = [
    "```python\ndef f{n}(x):\n    return x + {n}\n\n\nprint(f{n}(1))\n```\n",
    "```js\nconst f{n} = (x) => x + {n};\nconsole.log(f{n}(1));\n```\n",
    "```rust\nlet x = {n};\nprintln!(\"{}\", x + 1);\n```\n",
    "```bash\necho {n}\n```\n",
    "```json\n[{n}]\n```\n",
    "```yaml\na: {n}\n```\n",
    "```python run\nprint({n})\n```\n",
];

/// Makes a project of `pages` pages with ten blocks each that pass, all different.
pub(super) fn make_blocks(folder: &Path, pages: usize) -> Done {
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    fs::create_dir_all(folder.join("content")).map_err(failed)?;
    fs::write(folder.join("book.toml"), "[book]\ntitle = \"Blocks\"\n").map_err(failed)?;
    for page in 0..pages {
        let blocks =
            (page * 10..page * 10 + 10).map(|number| GOOD[number % GOOD.len()].replace("{n}", &number.to_string()));
        let text = format!("# Page {page}\n\n{}", blocks.collect::<Vec<_>>().join("\n"));
        fs::write(folder.join(format!("content/p{page}.md")), text).map_err(failed)?;
    }
    Ok(())
}

/// Makes the pages of a body.
pub(super) struct Maker {
    words: Words,
    languages: Vec<Language>,
    pages: Vec<Page>,
    tags: Vec<&'static str>,
    tag_ranks: Zipf,
    kind: Kind,
}

impl Maker {
    pub(super) fn new(count: usize, kind: Kind) -> Self {
        let words = Words::new();
        let pages = pages(count, &words);
        let tags: Vec<&str> = TAGS.split_whitespace().collect();
        Self { languages: languages(), pages, tag_ranks: Zipf::new(tags.len(), tags.len()), tags, words, kind }
    }

    /// The Markdown of a page.
    pub(super) fn page(&self, number: usize) -> String {
        let page = &self.pages[number];
        let mut random = Random::new(number as u64, 31);
        let subject = self.words.subject(page.folder);
        let links = self.links(number, &mut random);
        let mut writer = Writer { words: &self.words, subject: &subject, links };
        let mut text = self.front_matter(page, &mut writer, &mut random);
        text.push_str(&format!("# {}\n\n{}\n", page.title, writer.paragraph(4, &mut random)));
        let mut taken: Vec<String> = page.sections.iter().map(|section| slug(section)).collect();
        taken.push(slug(&page.title));
        let (table, alert) = (random.below(page.sections.len()), random.below(page.sections.len() * 3));
        let lists = [random.below(page.sections.len()), random.below(page.sections.len())];
        let mut blocks = 0;
        for (place, section) in page.sections.iter().enumerate() {
            text.push_str(&format!("## {section}\n\n{}\n", writer.paragraph(random.between(3, 4), &mut random)));
            // Five blocks on three or four sections.
            let upto = 5 * (place + 1) / page.sections.len();
            for turn in blocks..upto {
                if turn > blocks {
                    let inner = heading(&self.words, &subject, &mut random);
                    if !taken.contains(&slug(&inner)) {
                        taken.push(slug(&inner));
                        text.push_str(&format!("### {inner}\n\n"));
                    }
                    text.push_str(&format!("{}\n", writer.paragraph(random.between(2, 3), &mut random)));
                }
                let language = &self.languages[(number * 5 + turn) % self.languages.len()];
                let label = if self.kind == Kind::Known { language.label } else { "quux" };
                let code = block(language, &self.words, &subject, &mut random);
                text.push_str(&format!("```{label}\n{code}```\n\n"));
            }
            blocks = upto;
            if random.chance(45) {
                let inner = heading(&self.words, &subject, &mut random);
                if !taken.contains(&slug(&inner)) {
                    taken.push(slug(&inner));
                    text.push_str(&format!("### {inner}\n\n{}\n", writer.paragraph(1, &mut random)));
                }
            }
            if place == table {
                text.push_str(&format!("{}\n", writer.table(&mut random)));
            }
            if place == alert {
                text.push_str(&format!("{}\n", writer.alert(&mut random)));
            }
            if lists.contains(&place) {
                text.push_str(&format!("{}\n", writer.list(&mut random)));
            }
        }
        text.push_str("## See also\n\n");
        for target in self.links(number, &mut random).iter().take(3) {
            let label = heading(&self.words, &subject, &mut random);
            text.push_str(&format!("- [{label}]({target})\n"));
        }
        text
    }

    fn front_matter(&self, page: &Page, writer: &mut Writer<'_>, random: &mut Random) -> String {
        let mut tags: Vec<&str> = Vec::new();
        let wanted = random.between(2, 4);
        while tags.len() < wanted {
            let tag = self.tags[self.tag_ranks.rank(random)];
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        let first = random.below(AGENTS.len());
        let agents: Vec<&str> =
            (0..random.between(1, 2)).map(|turn| AGENTS[(first + turn * 5) % AGENTS.len()]).collect();
        let status = if random.chance(95) { "active" } else { "deprecated" };
        format!(
            "---\ntitle: {}\ndescription: {}\ntags: [{}]\nagents: [{}]\nowner: {}\nrisk: {}\nstatus: {status}\n\
             last_reviewed: 2025-{:02}-{:02}\n---\n\n",
            page.title,
            capital(&writer.plain(random)),
            tags.join(", "),
            agents.join(", "),
            random.pick(OWNERS),
            random.pick(&["low", "low", "medium", "high"]),
            random.between(1, 12),
            random.between(1, 28),
        )
    }

    /// Links to other pages, most of them near ones, some with an anchor.
    fn links(&self, number: usize, random: &mut Random) -> Vec<String> {
        let count = self.pages.len();
        let links = (0..6).map(|_| {
            let far = random.chance(20);
            let target = if far { random.below(count) } else { (number + random.between(1, 30)) % count };
            let page = &self.pages[target];
            let anchor = if random.chance(35) { format!("#{}", slug(&page.sections[0])) } else { String::new() };
            format!("{}{anchor}", relative(&self.pages[number].path, &page.path))
        });
        links.collect()
    }
}

/// The path of a page as a link from another one.
fn relative(from: &str, to: &str) -> String {
    let (mut from, mut to): (Vec<&str>, Vec<&str>) = (from.split('/').collect(), to.split('/').collect());
    while from.len() > 1 && to.len() > 1 && from[0] == to[0] {
        from.remove(0);
        to.remove(0);
    }
    "../".repeat(from.len() - 1) + &to.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_the_same_every_time() {
        for number in [0, 1, 57] {
            assert_eq!(Maker::new(100, Kind::Known).page(number), Maker::new(100, Kind::Known).page(number));
        }
    }

    #[test]
    fn a_page_has_five_blocks_and_about_seven_kilobytes() {
        let maker = Maker::new(300, Kind::Known);
        let pages: Vec<String> = (0..300).map(|number| maker.page(number)).collect();
        for page in &pages {
            assert_eq!(page.lines().filter(|line| line.starts_with("```")).count(), 10);
            assert!((4_000..12_000).contains(&page.len()), "{} bytes", page.len());
        }
        let mean = pages.iter().map(String::len).sum::<usize>() / pages.len();
        assert!((6_500..7_500).contains(&mean), "{mean} bytes a page");
    }

    #[test]
    fn languages_are_equally_frequent() {
        let maker = Maker::new(60, Kind::Known);
        let text: String = (0..60).map(|number| maker.page(number)).collect();
        for language in languages() {
            assert_eq!(text.matches(&format!("\n```{}\n", language.label)).count(), 50, "{}", language.label);
            assert!(language.label != "quux");
        }
    }

    #[test]
    fn the_vocabulary_is_large() {
        assert!(Words::new().count() > 3_000);
    }

    #[test]
    fn links_lead_from_folder_to_folder() {
        assert_eq!(relative("a/b/c.md", "a/b/d.md"), "d.md");
        assert_eq!(relative("a/b/c.md", "a/e/d.md"), "../e/d.md");
        assert_eq!(relative("index.md", "a/e/d.md"), "a/e/d.md");
        assert_eq!(relative("a/b/c.md", "index.md"), "../../index.md");
    }
}
