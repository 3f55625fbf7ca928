//! The languages that tree-sitter highlights: their labels, grammars and rules.
//!
//! The rules are the grammar's own query and, where it says too little or its names have another meaning, more of ours.
//! The later of two rules for one node wins.
//! Must not know: how code becomes HTML.

use std::sync::OnceLock;
use tree_sitter_highlight::{Highlight, HighlightConfiguration};
use tree_sitter_language::LanguageFn;

/// The names of the rules and their classes. A name also stands for all names that begin with it and a dot. A node
/// with another name has the class of the node around it; `embedded` has none.
const CLASSES: &[(&str, Option<&str>)] = &[
    ("attribute", Some("a")),
    ("boolean", Some("l")),
    ("comment", Some("c")),
    ("constant", Some("l")),
    ("constructor", Some("t")),
    ("deleted", Some("d")),
    ("embedded", None),
    ("escape", Some("x")),
    ("float", Some("n")),
    ("function", Some("f")),
    ("heading", Some("h")),
    ("inserted", Some("i")),
    ("key", Some("t")),
    ("keyword", Some("k")),
    ("keyword.operator", Some("o")),
    ("label", Some("k")),
    ("number", Some("n")),
    ("operator", Some("o")),
    ("parameter", Some("p")),
    ("storageclass", Some("k")),
    ("string", Some("s")),
    ("string.escape", Some("x")),
    ("string.regex", Some("x")),
    ("string.special.key", Some("a")),
    ("tag", Some("g")),
    ("type", Some("t")),
    ("type.builtin", Some("k")),
    ("variable.builtin", Some("l")),
    ("variable.parameter", Some("p")),
];

const PYTHON: &str = r#"
(decorator) @attribute
(decorator (identifier) @attribute)
((identifier) @variable.builtin (#match? @variable.builtin "^(self|cls)$"))
(parameters (identifier) @variable.parameter)
(lambda_parameters (identifier) @variable.parameter)
(default_parameter name: (identifier) @variable.parameter)
(typed_parameter (identifier) @variable.parameter)
(typed_default_parameter name: (identifier) @variable.parameter)
(keyword_argument name: (identifier) @variable.parameter)
(call function: (attribute attribute: (identifier) @function.method))
((call function: (identifier) @type) (#match? @type "^[A-Z]"))
(function_definition return_type: (type) @type)
(module . (expression_statement (string) @comment))
(block . (expression_statement (string) @comment))
"#;

const RUST: &str = r#"
[(integer_literal) (float_literal)] @number
(attribute_item (attribute (identifier) @attribute))
((identifier) @constant (#match? @constant "^[A-Z][A-Z0-9_]+$"))
((call_expression function: (identifier) @constructor) (#match? @constructor "^[A-Z]"))
"#;

const GO: &str = "
(call_expression function: (identifier) @function)
(call_expression function: (selector_expression field: (field_identifier) @function))
(function_declaration name: (identifier) @function)
(method_declaration name: (field_identifier) @function)
";

const BASH: &str = r#"
((command argument: (word) @parameter) (#match? @parameter "^-"))
["local" "declare" "readonly" "typeset"] @keyword
((command_name) @keyword (#match? @keyword "^(return|exit|shift|break|continue|trap|set|eval|exec|source)$"))
"#;

const JAVASCRIPT: &str = "
(regex) @string.regex
(formal_parameters (identifier) @variable.parameter)
(arrow_function parameter: (identifier) @variable.parameter)
(escape_sequence) @escape
";

const TYPESCRIPT: &str = "
(predefined_type) @type
(escape_sequence) @escape
";

const DIFF: &str = "
[(addition) (new_file)] @inserted
[(deletion) (old_file)] @deleted
(command) @heading
(location) @keyword
";

const YAML: &str = "
(block_mapping_pair key: (flow_node (plain_scalar (string_scalar) @key)))
(block_mapping_pair key: (flow_node [(double_quote_scalar) (single_quote_scalar)] @key))
(flow_mapping (_ key: (flow_node (plain_scalar (string_scalar) @key))))
(flow_mapping (_ key: (flow_node [(double_quote_scalar) (single_quote_scalar)] @key)))
(escape_sequence) @escape
";

const TOML: &str = "
(pair (bare_key) @key)
(pair (quoted_key) @key)
(pair (dotted_key (bare_key) @key))
(escape_sequence) @escape
";

const CSS: &str = "
(property_name) @key
(color_value) @number
[(class_name) (id_name)] @attribute
";

const C: &str = "
(parameter_declaration declarator: (identifier) @variable.parameter)
(parameter_declaration declarator: (pointer_declarator declarator: (identifier) @variable.parameter))
(primitive_type) @type.builtin
[(true) (false)] @boolean
(char_literal) @string
(escape_sequence) @escape
";

const SQL: &str = r#"
[(comment) (marginalia)] @comment
((literal) @number (#match? @number "^[-+]?[0-9.]+$"))
((literal) @boolean (#match? @boolean "^([Tt]rue|TRUE|[Ff]alse|FALSE|[Nn]ull|NULL)$"))
"#;

const DOCKERFILE: &str = "
(comment) @comment
";

const JAVA: &str = "
(formal_parameter name: (identifier) @variable.parameter)
";

/// A language.
pub(super) struct Grammar {
    /// The labels of fences, in lower case.
    labels: &'static [&'static str],
    language: LanguageFn,
    queries: &'static [&'static str],
    injections: &'static str,
    locals: &'static str,
    rules: OnceLock<Option<HighlightConfiguration>>,
}

const fn grammar(labels: &'static [&'static str], language: LanguageFn, queries: &'static [&'static str]) -> Grammar {
    Grammar { labels, language, queries, injections: "", locals: "", rules: OnceLock::new() }
}

static GRAMMARS: [Grammar; 19] = [
    grammar(
        &["python", "py", "python3", "py3", "pyi"],
        tree_sitter_python::LANGUAGE,
        &[tree_sitter_python::HIGHLIGHTS_QUERY, PYTHON],
    ),
    grammar(
        &["javascript", "js", "jsx", "mjs", "cjs", "node"],
        tree_sitter_javascript::LANGUAGE,
        &[tree_sitter_javascript::HIGHLIGHT_QUERY, tree_sitter_javascript::JSX_HIGHLIGHT_QUERY, JAVASCRIPT],
    )
    .with("", tree_sitter_javascript::LOCALS_QUERY),
    grammar(
        &["typescript", "ts", "mts", "cts"],
        tree_sitter_typescript::LANGUAGE_TYPESCRIPT,
        &[tree_sitter_javascript::HIGHLIGHT_QUERY, tree_sitter_typescript::HIGHLIGHTS_QUERY, TYPESCRIPT],
    ),
    grammar(
        &["tsx"],
        tree_sitter_typescript::LANGUAGE_TSX,
        &[
            tree_sitter_javascript::HIGHLIGHT_QUERY,
            tree_sitter_javascript::JSX_HIGHLIGHT_QUERY,
            tree_sitter_typescript::HIGHLIGHTS_QUERY,
            TYPESCRIPT,
        ],
    ),
    grammar(&["go", "golang"], tree_sitter_go::LANGUAGE, &[tree_sitter_go::HIGHLIGHTS_QUERY, GO]),
    grammar(&["rust", "rs"], tree_sitter_rust::LANGUAGE, &[tree_sitter_rust::HIGHLIGHTS_QUERY, RUST]),
    grammar(
        &["bash", "sh", "shell", "zsh", "console"],
        tree_sitter_bash::LANGUAGE,
        &[tree_sitter_bash::HIGHLIGHT_QUERY, BASH],
    ),
    grammar(
        &["json", "jsonc", "json5", "json5c", "geojson"],
        tree_sitter_json::LANGUAGE,
        &[tree_sitter_json::HIGHLIGHTS_QUERY],
    ),
    grammar(&["yaml", "yml"], tree_sitter_yaml::LANGUAGE, &[tree_sitter_yaml::HIGHLIGHTS_QUERY, YAML]),
    grammar(&["toml"], tree_sitter_toml_ng::LANGUAGE, &[tree_sitter_toml_ng::HIGHLIGHTS_QUERY, TOML]),
    grammar(&["html", "htm", "xhtml"], tree_sitter_html::LANGUAGE, &[tree_sitter_html::HIGHLIGHTS_QUERY])
        .with(tree_sitter_html::INJECTIONS_QUERY, ""),
    grammar(&["css", "postcss"], tree_sitter_css::LANGUAGE, &[tree_sitter_css::HIGHLIGHTS_QUERY, CSS]),
    grammar(&["java"], tree_sitter_java::LANGUAGE, &[tree_sitter_java::HIGHLIGHTS_QUERY, JAVA]),
    grammar(&["c", "h"], tree_sitter_c::LANGUAGE, &[tree_sitter_c::HIGHLIGHT_QUERY, C]),
    grammar(
        &["cpp", "c++", "cc", "cxx", "hpp", "hh"],
        tree_sitter_cpp::LANGUAGE,
        &[tree_sitter_c::HIGHLIGHT_QUERY, tree_sitter_cpp::HIGHLIGHT_QUERY, C],
    ),
    grammar(&["regex", "regexp", "re"], tree_sitter_regex::LANGUAGE, &[tree_sitter_regex::HIGHLIGHTS_QUERY]),
    grammar(
        &[
            "sql",
            "sqlite",
            "sqlite3",
            "postgresql",
            "postgres",
            "pgsql",
            "psql",
            "mysql",
            "mariadb",
            "tsql",
            "mssql",
            "bigquery",
            "snowflake",
            "duckdb",
            "clickhouse",
        ],
        tree_sitter_sequel::LANGUAGE,
        &[tree_sitter_sequel::HIGHLIGHTS_QUERY, SQL],
    ),
    grammar(&["diff", "patch"], tree_sitter_diff::LANGUAGE, &[tree_sitter_diff::HIGHLIGHTS_QUERY, DIFF]),
    grammar(
        &["dockerfile", "containerfile", "docker"],
        tree_sitter_containerfile::LANGUAGE,
        &[tree_sitter_containerfile::HIGHLIGHTS_QUERY, DOCKERFILE],
    ),
];

/// The grammar for a fence's label.
pub(super) fn find(label: &str) -> Option<&'static Grammar> {
    GRAMMARS.iter().find(|grammar| grammar.labels.iter().any(|known| known.eq_ignore_ascii_case(label)))
}

impl Grammar {
    /// The same with queries for the languages inside it, and for the scopes of names.
    const fn with(mut self, injections: &'static str, locals: &'static str) -> Self {
        (self.injections, self.locals) = (injections, locals);
        self
    }

    /// Its rules. The first caller compiles them, which takes some milliseconds.
    pub(super) fn rules(&'static self) -> Option<&'static HighlightConfiguration> {
        let rules = self.rules.get_or_init(|| {
            let query = self.queries.join("\n");
            let name = self.labels[0];
            let mut rules =
                HighlightConfiguration::new(self.language.into(), name, &query, self.injections, self.locals).ok()?;
            let names: Vec<&str> = CLASSES.iter().map(|(name, _)| *name).collect();
            rules.configure(&names);
            Some(rules)
        });
        rules.as_ref()
    }
}

/// The class of a highlighted node.
pub(super) fn class(highlight: Highlight) -> Option<&'static str> {
    CLASSES.get(highlight.0).and_then(|(_, class)| *class)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_query_fits_its_grammar() {
        for grammar in &GRAMMARS {
            let query = grammar.queries.join("\n");
            let made = HighlightConfiguration::new(
                grammar.language.into(),
                grammar.labels[0],
                &query,
                grammar.injections,
                grammar.locals,
            );
            assert!(made.is_ok(), "{}: {:?}", grammar.labels[0], made.err());
        }
    }
}
