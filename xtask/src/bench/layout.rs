//! Where the pages of a body lie, and what they are called: folders nested two deep, with 25 to 40 pages each.
//!
//! Links need it before the pages are written.
//! Must not know: what stands on a page.

use super::random::Random;
use super::words::{Subject, Words, capital, gerund, plural};
use std::collections::BTreeSet;

/// A page.
pub(super) struct Page {
    /// The path in the content folder.
    pub(super) path: String,
    /// The title.
    pub(super) title: String,
    /// The headings of level 2.
    pub(super) sections: Vec<String>,
    /// The folder's number: pages of one folder have one subject.
    pub(super) folder: usize,
}

/// The pages of a body, folder by folder.
pub(super) fn pages(count: usize, words: &Words) -> Vec<Page> {
    let mut random = Random::new(count as u64, 21);
    let mut pages = vec![page(0, 0, String::from("index.md"), words)];
    let (mut folder, mut area) = (0, 0);
    while pages.len() < count {
        let area_name = folder_name(area, words);
        pages.push(page(pages.len(), folder, format!("{area_name}/index.md"), words));
        for topic in 0..random.between(5, 9) {
            folder += 1;
            let place = format!("{area_name}/{}", folder_name(area * 37 + topic + 11, words));
            let mut names = BTreeSet::from([String::from("index")]);
            for number in 0..random.between(25, 40) {
                let mut new = page(pages.len(), folder, format!("{place}/index.md"), words);
                if number > 0 {
                    new.path = format!("{place}/{}.md", free_name(&slug(&new.title), &mut names));
                }
                pages.push(new);
            }
        }
        area += 1;
    }
    pages.truncate(count);
    pages
}

/// A page with the titles that its number gives it.
fn page(number: usize, folder: usize, path: String, words: &Words) -> Page {
    let mut random = Random::new(number as u64, 22);
    let subject = words.subject(folder);
    let title = heading(words, &subject, &mut random);
    let mut taken = BTreeSet::from([slug(&title)]);
    let mut sections = Vec::new();
    let wanted = random.between(3, 4);
    while sections.len() < wanted {
        let section = heading(words, &subject, &mut random);
        if taken.insert(slug(&section)) {
            sections.push(section);
        }
    }
    Page { path, title, sections, folder }
}

/// A heading without punctuation.
pub(super) fn heading(words: &Words, subject: &Subject, random: &mut Random) -> String {
    let noun = |random: &mut Random| words.noun(subject, random).to_owned();
    let verb = words.verb(random).to_owned();
    capital(&match random.below(9) {
        0 => format!("{} the {}", verb, noun(random)),
        1 => format!("{} {}", gerund(&verb), plural(&noun(random))),
        2 => format!("{} and {}", plural(&noun(random)), plural(&noun(random))),
        3 => format!("How to {} a {} {}", verb, words.adjective(random), noun(random)),
        4 => format!("{} {}", words.adjective(random), plural(&noun(random))),
        5 => format!("The {} of the {}", noun(random), noun(random)),
        6 => format!("{} {} options", noun(random), noun(random)),
        7 => format!("When the {} is {}", noun(random), words.adjective(random)),
        _ => format!("{} a {} {}", gerund(&verb), noun(random), noun(random)),
    })
}

/// `How to read`: `how-to-read`, as a name of a file and as an anchor.
pub(super) fn slug(heading: &str) -> String {
    heading.to_lowercase().replace(' ', "-")
}

/// Two frequent nouns; every number has its own.
fn folder_name(number: usize, words: &Words) -> String {
    format!("{}-{}", words.plain_noun(number), words.plain_noun(number / 300 + number * 7 + 3))
}

fn free_name(wanted: &str, names: &mut BTreeSet<String>) -> String {
    let mut name = wanted.to_owned();
    let mut number = 2;
    while !names.insert(name.clone()) {
        name = format!("{wanted}-{number}");
        number += 1;
    }
    name
}
