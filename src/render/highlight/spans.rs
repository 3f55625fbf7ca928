//! Text with classes → the HTML of one line.
//!
//! Must not know: languages, grammars.

use std::fmt::Write as _;

/// Builds spans: merges neighbours of one class, and leaves white space outside.
#[derive(Default)]
pub(super) struct Spans {
    html: String,
    open: Option<&'static str>,
    pending: String,
}

impl Spans {
    /// Adds text of a class.
    pub(super) fn push(&mut self, text: &str, class: Option<&'static str>) {
        if text.is_empty() {
            return;
        }
        let blank = text.trim().is_empty();
        if class != self.open && !blank {
            self.flush();
            self.open = class;
        }
        self.pending.push_str(text);
    }

    fn flush(&mut self) {
        let body = self.pending.trim_end();
        match self.open {
            Some(class) if !body.is_empty() => {
                let _ = write!(self.html, "<i class={class}>");
                escape_into(body, &mut self.html);
                self.html.push_str("</i>");
                self.html.push_str(&self.pending[body.len()..]);
            }
            _ => escape_into(&self.pending, &mut self.html),
        }
        self.pending.clear();
    }

    /// The HTML of the line.
    pub(super) fn finish(mut self) -> String {
        self.flush();
        self.html
    }
}

/// Escapes text for HTML content and quoted attributes.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    escape_into(text, &mut out);
    out
}

fn escape_into(text: &str, out: &mut String) {
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escaped = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            _ => continue,
        };
        out.push_str(&text[from..at]);
        out.push_str(escaped);
        from = at + 1;
    }
    out.push_str(&text[from..]);
}
