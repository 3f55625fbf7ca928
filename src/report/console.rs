//! Prints results to standard output, and everything else to standard error.
//!
//! Must not know: what it prints.

use crate::error::{Error, Result};
use std::io::Write as _;

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Color {
    /// If the terminal supports it.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The output of a command: results on standard output, other messages on standard error.
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

    /// Prints a result. A reader that closed the pipe is no error: it has read what it wanted.
    ///
    /// # Errors
    /// [`Error::Io`] if the result cannot be written, for example to a full disk.
    pub fn result(self, text: &str) -> Result<()> {
        let mut stream = anstream::AutoStream::new(std::io::stdout(), self.choice());
        match stream.write_all(text.as_bytes()).and_then(|()| stream.flush()) {
            Err(source) if source.kind() != std::io::ErrorKind::BrokenPipe => {
                Err(Error::Io { action: "write to", path: "standard output".into(), source })
            }
            _ => Ok(()),
        }
    }

    /// Prints a message, unless `--quiet`.
    pub fn say(self, text: &str) {
        if !self.quiet {
            self.error(text);
        }
    }

    /// Prints a message, even with `--quiet`.
    pub fn error(self, text: &str) {
        let mut stream = anstream::AutoStream::new(std::io::stderr(), self.choice());
        let _ = writeln!(stream, "{}", text.trim_end());
    }
}
