//! Names that a standard library has only in other versions or on other platforms. Code that uses one is not wrong.
//!
//! Must not know: which language's names they are.

use std::fmt;

/// Where a name is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Elsewhere<'a> {
    /// From this version on: `3.12`.
    Since(&'a str),
    /// On some platforms.
    Platform,
}

impl Elsewhere<'_> {
    /// Whether a tool of this version, on this platform, may lack the name.
    pub(crate) fn comes_after(self, version: &str) -> bool {
        let numbers = |text: &str| text.split('.').map_while(|part| part.parse().ok()).collect::<Vec<u32>>();
        match self {
            Elsewhere::Since(since) => numbers(since) > numbers(version),
            Elsewhere::Platform => true,
        }
    }
}

impl fmt::Display for Elsewhere<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Elsewhere::Since(since) => write!(f, "version {since} or newer"),
            Elsewhere::Platform => write!(f, "another platform"),
        }
    }
}

/// Looks up a name of a module in a table. One line has a module, a version or `platform`, and names; `*` is any name.
pub(crate) fn find<'a>(table: &'a str, module: &str, name: &str) -> Option<Elsewhere<'a>> {
    let rows = table.lines().filter(|line| !line.starts_with('#'));
    rows.filter_map(|line| {
        let mut words = line.split(' ');
        (words.next()? == module).then_some(())?;
        let place = words.next()?;
        words.any(|word| word == name || word == "*").then_some(place)
    })
    .map(|place| if place == "platform" { Elsewhere::Platform } else { Elsewhere::Since(place) })
    .next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_looked_up_with_its_module() {
        let table = "# typing 3.9 x\ntyping 3.12 override\ntyping 3.9 Annotated\ntermios platform *\n";
        assert_eq!(find(table, "typing", "override"), Some(Elsewhere::Since("3.12")));
        assert_eq!(find(table, "typing", "x"), None);
        assert_eq!(find(table, "json", "override"), None);
        assert_eq!(find(table, "termios", "ANY"), Some(Elsewhere::Platform));
        assert!(Elsewhere::Since("3.12").comes_after("3.9.1") && !Elsewhere::Since("3.9").comes_after("3.12.0"));
    }
}
