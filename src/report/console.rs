//! Where words go: results to standard output, all else to standard error.
//!
//! Must not know: what is said.

use crate::error::{Error, Result};
use std::io::Write as _;

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Color {
    /// Where the terminal can show it.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Where a command's words go: standard output for results, standard error for what is said on the way.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    /// When to use colour.
    pub color: Color,
    /// `--quiet`: results only.
    pub quiet: bool,
    /// `--verbose`: everything.
    pub verbose: bool,
}

impl Terminal {
    fn choice(self) -> anstream::ColorChoice {
        match self.color {
            Color::Auto => anstream::ColorChoice::Auto,
            Color::Always => anstream::ColorChoice::Always,
            Color::Never => anstream::ColorChoice::Never,
        }
    }

    /// Prints a result. A reader that has gone away is no error: it has read what it wanted.
    ///
    /// # Errors
    /// [`Error::Io`] where the result cannot be written, to a disk that is full for example.
    pub fn result(self, text: &str) -> Result<()> {
        let mut stream = anstream::AutoStream::new(std::io::stdout(), self.choice());
        match stream.write_all(text.as_bytes()).and_then(|()| stream.flush()) {
            Err(source) if source.kind() != std::io::ErrorKind::BrokenPipe => {
                Err(Error::Io { action: "write to", path: "standard output".into(), source })
            }
            _ => Ok(()),
        }
    }

    /// Says something on the way, unless `--quiet`.
    pub fn say(self, text: &str) {
        if !self.quiet {
            self.error(text);
        }
    }

    /// Says something that must be heard.
    pub fn error(self, text: &str) {
        let mut stream = anstream::AutoStream::new(std::io::stderr(), self.choice());
        let _ = writeln!(stream, "{}", text.trim_end());
    }
}
