//! TeX between dollar signs → `MathML`, at build time: no script, no font.
//!
//! Must not know: pages.

use pulldown_latex::config::{DisplayMode, RenderConfig};
use pulldown_latex::{Parser, Storage, push_mathml};

/// Max length of a formula, in bytes. Parsing takes time quadratic in the depth.
const MAX_LENGTH: usize = 10_000;

/// The formula, inline or as a block.
///
/// # Errors
/// What is wrong with the TeX, on one line.
pub fn mathml(tex: &str, block: bool) -> Result<String, String> {
    if tex.len() > MAX_LENGTH {
        return Err(format!("it has {} bytes; the max is {MAX_LENGTH}", tex.len()));
    }
    let storage = Storage::new();
    if let Some(problem) = Parser::new(tex, &storage).find_map(Result::err) {
        let text = problem.to_string();
        return Err(text.lines().next().unwrap_or("cannot be read").trim().to_owned());
    }
    let storage = Storage::new();
    let display_mode = if block { DisplayMode::Block } else { DisplayMode::Inline };
    let config = RenderConfig { display_mode, annotation: Some(tex), ..RenderConfig::default() };
    let mut out = String::new();
    push_mathml(&mut out, Parser::new(tex, &storage), config).map_err(|error| error.to_string())?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_become_mathml_and_mistakes_are_told() {
        let math = mathml(r"\frac{1}{n} \sum_{i=1}^n x_i", true).expect("a formula");
        assert!(math.starts_with("<math display=\"block\"") && math.contains("<mfrac>"), "{math}");
        assert!(mathml(r"\frac{1}{", false).is_err());
        assert!(mathml(r"\nosuchcommand", false).is_err());
        let deep = format!("{}x{}", "{".repeat(MAX_LENGTH), "}".repeat(MAX_LENGTH));
        assert!(mathml(&deep, false).expect_err("too long").contains("the max is"));
    }
}
