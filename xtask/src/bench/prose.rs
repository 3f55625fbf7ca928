//! The bodies' text: sentences, lists, tables and alerts, with inline code, emphasis and links.
//!
//! In a pattern, `§` and a letter stand for a word or an inline element.
//! Must not know: the order of a page's parts.

use super::code::name_in_text;
use super::random::Random;
use super::words::{Subject, Words, capital, gerund, past, plural};

const SENTENCES: &[&str] = &[
    "the §a §n §V each §n before the §n §V it.",
    "if the §n is §a, §v the §N and §v the §n again.",
    "you can §v §N with §i, which §V the §n of every §n.",
    "§N are §d by the §n, so a §a §n never §V the §n.",
    "§l explains how the §n §V its §N.",
    "by default, the §n §V at most §x §N in §x seconds; §i changes that.",
    "a §n without a §n is §a, and §g it takes longer.",
    "to §v a §n, first §v the §a §n, then §v its §n with §i.",
    "most §N need §e §N only when the §n is §a.",
    "the §n keeps §x §N, of which the §n §V the §a ones.",
    "when a §n §V, the §n logs §i and §V the §n.",
    "this is §a for §N but not for §N, because the §n §V them §e.",
    "do not §v the §n while §N are §d: see §l.",
    "since version §u, §i also §V §a §N.",
    "the §n of a §n is the §n that §V it, not the §n that was §d.",
    "§g §N is §a, yet §g the §n costs about §x milliseconds.",
    "each §n has a §n, a §n and up to §x §a §N.",
    "in that case §i returns the §n and the §n stays §a.",
    "§l and §l describe the §a §n in detail.",
    "the §n was §d because its §n had §x §N more than §i allows.",
    "without §i the §a §n would §v every §n twice.",
    "a §a §n §V its §N, and the §n §V them in the order in which they were §d.",
    "an operator who §V the §n should §v the §a §N first.",
    "error §i means that the §n could not §v a §n of §x bytes.",
];

const CELLS: &[&str] = &["§n of the §n", "§a", "§i", "§x", "§x ms", "§v the §n", "§N and §N", "not §d", "§a §n", "§u"];

const LABELS: &[&str] = &["the §n", "§a §N", "how to §v a §n", "§g §N"];

/// Writes text about one subject.
pub(super) struct Writer<'a> {
    pub(super) words: &'a Words,
    pub(super) subject: &'a Subject,
    /// The targets of links, in turn.
    pub(super) links: Vec<String>,
}

impl Writer<'_> {
    /// Fills a pattern.
    fn fill(&mut self, pattern: &str, random: &mut Random) -> String {
        let mut pieces = pattern.split('§');
        let mut filled = pieces.next().unwrap_or("").to_owned();
        for piece in pieces {
            let mut letters = piece.chars();
            let Some(kind) = letters.next() else { continue };
            filled.push_str(&self.element(kind, random));
            filled.push_str(letters.as_str());
        }
        filled
    }

    fn element(&mut self, kind: char, random: &mut Random) -> String {
        let words = self.words;
        match kind {
            'n' => words.noun(self.subject, random).to_owned(),
            'N' => plural(words.noun(self.subject, random)),
            'v' => words.verb(random).to_owned(),
            'V' => plural(words.verb(random)),
            'd' => past(words.verb(random)),
            'g' => gerund(words.verb(random)),
            'a' => words.adjective(random).to_owned(),
            'e' if random.chance(50) => format!("**{}**", words.adjective(random)),
            'e' => format!("*{}*", words.adjective(random)),
            'i' => format!("`{}`", name_in_text(words, self.subject, random)),
            'x' => random.between(2, 900).to_string(),
            'u' => format!("{}.{}", random.below(9), random.below(30)),
            'l' => match self.links.pop() {
                Some(target) => {
                    let label = self.fill(random.pick(LABELS), random);
                    format!("[{label}]({target})")
                }
                None => String::from("the next section"),
            },
            other => format!("unknown element {other}"),
        }
    }

    pub(super) fn sentence(&mut self, random: &mut Random) -> String {
        let sentence = self.fill(random.pick(SENTENCES), random);
        capital(&sentence)
    }

    /// A sentence without Markdown or punctuation that YAML understands, for the description.
    pub(super) fn plain(&mut self, random: &mut Random) -> String {
        let pattern = ["how the §a §n §V its §N and the §n §V them.", "§g §N with a §a §n that was §d by the §n."];
        self.fill(random.pick(&pattern), random)
    }

    /// Sentences on lines of at most 100 characters.
    pub(super) fn paragraph(&mut self, sentences: usize, random: &mut Random) -> String {
        let text: Vec<String> = (0..sentences).map(|_| self.sentence(random)).collect();
        wrapped(&text.join(" "), "")
    }

    pub(super) fn list(&mut self, random: &mut Random) -> String {
        let numbered = random.chance(35);
        let mut list = String::new();
        for number in 1..=random.between(3, 5) {
            let mark = if numbered { format!("{number}. ") } else { String::from("- ") };
            let item = self.sentence(random);
            list.push_str(&format!("{mark}{item}\n"));
            if number == 2 && random.chance(30) {
                let inner = self.sentence(random);
                list.push_str(&format!("{}- {inner}\n", " ".repeat(mark.len())));
            }
        }
        list
    }

    pub(super) fn table(&mut self, random: &mut Random) -> String {
        let columns = random.between(3, 4);
        let mut table = String::new();
        for row in 0..random.between(5, 7) {
            let cells: Vec<String> = (0..columns)
                .map(|column| match (row, column) {
                    (1, _) => String::from("---"),
                    (0, _) => capital(self.words.noun(self.subject, random)),
                    (_, 0) => format!("`{}`", name_in_text(self.words, self.subject, random)),
                    _ => self.fill(random.pick(CELLS), random),
                })
                .collect();
            table.push_str(&format!("| {} |\n", cells.join(" | ")));
        }
        table
    }

    pub(super) fn alert(&mut self, random: &mut Random) -> String {
        let kind = random.pick(&["NOTE", "TIP", "IMPORTANT", "WARNING", "CAUTION"]);
        let text = self.sentence(random);
        format!("> [!{kind}]\n{}", wrapped(&text, "> "))
    }
}

/// A text as lines of at most about 100 characters.
fn wrapped(text: &str, start: &str) -> String {
    let (mut lines, mut length) = (start.to_owned(), 0);
    for word in text.split(' ') {
        if length > 0 && length + word.len() > 100 {
            lines.push('\n');
            lines.push_str(start);
            length = 0;
        }
        if length > 0 {
            lines.push(' ');
        }
        lines.push_str(word);
        length += word.len() + 1;
    }
    lines.push('\n');
    lines
}
