//! SQL: parsed in process by the rules of many databases, run by `SQLite` in memory, results compared as tables.
//!
//! Must not know: pages.

mod table;

use crate::diagnostic::Severity;
use crate::error::Result;
use crate::process::Job;
use crate::snippet::language::adapter::{CallWithInput, Language};
use crate::snippet::language::traceback::{self, Traceback};
use crate::snippet::model::language::{Canary, LanguageSpec, texts};
use crate::snippet::model::message::{Message, Position};
use crate::snippet::model::output::Comparable;
use crate::snippet::model::program::{Parts, Program};
use crate::snippet::model::seam;
use crate::snippet::model::tool::{ToolSource, ToolSpec};
use crate::snippet::model::verdict::{Level, Step};
use crate::snippet::workspace::project::Workspace;
use crate::snippet::workspace::unit::Unit;
use crate::span::ColumnUnit;
use rayon::prelude::*;
use regex::Regex;
use sqlparser::dialect::{
    BigQueryDialect, ClickHouseDialect, Dialect, DuckDbDialect, GenericDialect, MsSqlDialect, MySqlDialect,
    PostgreSqlDialect, SQLiteDialect, SnowflakeDialect,
};
use sqlparser::parser::Parser;
use std::path::Path;
use std::result::Result as StdResult;
use std::sync::{Arc, LazyLock};

/// The adapters of this folder.
pub(super) fn adapters() -> Vec<Arc<dyn Language>> {
    vec![Arc::new(Sql::new())]
}

/// The adapter.
struct Sql {
    spec: LanguageSpec,
}

static SQLITE: LazyLock<ToolSpec> = LazyLock::new(|| ToolSpec {
    name: "sqlite".into(),
    programs: texts(&["python3", "python"]),
    role: "runs SQL, as a module of Python".into(),
    version_args: texts(&[
        "-I",
        "-c",
        "import sqlite3, sys; print(sqlite3.sqlite_version); print('path=' + sys.executable)",
    ]),
    behind: None,
    minimum: vec![3, 31],
    is_optional: false,
    source: ToolSource::Manual("install Python 3, which brings SQLite, for example `apt-get install python3`".into()),
});

/// The script that runs a program.
const RUN: &str = include_str!("run.py");
/// The line between two parts in a program's file.
const PART: &str = "-- docgen: the next block\n";

type Rules = &'static (dyn Dialect + Sync);

/// The rules that a block labelled `sql` may follow.
const ANY: &[&dyn Dialect] = &[
    &GenericDialect {},
    &PostgreSqlDialect {},
    &SQLiteDialect {},
    &MySqlDialect {},
    &MsSqlDialect {},
    &BigQueryDialect {},
    &SnowflakeDialect {},
    &DuckDbDialect {},
    &ClickHouseDialect {},
];

/// The labels that name a database, and its rules.
const NAMED: &[(&[&str], Rules)] = &[
    (&["sqlite", "sqlite3"], &SQLiteDialect {}),
    (&["postgresql", "postgres", "pgsql", "psql"], &PostgreSqlDialect {}),
    (&["mysql", "mariadb"], &MySqlDialect {}),
    (&["tsql", "mssql"], &MsSqlDialect {}),
    (&["bigquery"], &BigQueryDialect {}),
    (&["snowflake"], &SnowflakeDialect {}),
    (&["duckdb"], &DuckDbDialect {}),
    (&["clickhouse"], &ClickHouseDialect {}),
];

/// The row of a label that names a database.
fn named(label: &str) -> Option<&'static (&'static [&'static str], Rules)> {
    NAMED.iter().find(|row| row.0.contains(&label))
}

/// `…, found: x at Line: 1, Column: 8`
static PLACE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r" at Line: (\d+), Column: (\d+)").expect("a valid pattern"));

impl Sql {
    /// The adapter with the facts of its language.
    fn new() -> Self {
        let spec = LanguageSpec {
            name: "sql".into(),
            title: "SQL".into(),
            extension: "sql".into(),
            aliases: NAMED.iter().flat_map(|row| row.0).map(|name| (*name).into()).collect(),
            steps: vec![Step::Parse, Step::Run],
            default_target: Level::Parsed,
            tools: vec![SQLITE.clone()],
            native_command: "sqlite3 :memory: < blocks/NAME.sql".into(),
            canaries: vec![
                Canary::new(Step::Parse, "SELECT FROM WHERE;\n"),
                Canary::new(Step::Run, "SELECT nothing FROM nowhere;\n"),
            ],
            ..LanguageSpec::default()
        };
        Self { spec }
    }
}

impl Language for Sql {
    fn spec(&self) -> &LanguageSpec {
        &self.spec
    }

    fn assemble(&self, parts: &Parts, name: &str) -> Program {
        let text = parts.join(parts.is_joined().then_some(PART), false);
        // The label names the database whose rules count.
        let database = named(&parts.label).map_or(String::new(), |row| format!(".{}", row.0[0]));
        Program { text, path: format!("blocks/{name}{database}.sql") }
    }

    fn check(&self, _workspace: &Workspace<'_>, units: &mut [Unit]) -> Result<()> {
        units.par_iter_mut().filter(|unit| unit.wants(Step::Parse)).for_each(|unit| {
            let database = unit.path.rsplit('.').nth(1).and_then(named);
            let parsed = match database {
                Some((_, dialect)) => parse(unit.program.as_str(), &[*dialect]),
                None => parse(unit.program.as_str(), ANY),
            };
            match parsed {
                Ok(()) => unit.pass(Step::Parse),
                Err((place, message)) => {
                    let code = String::new();
                    let tool = "sqlparser".into();
                    unit.say(
                        Step::Parse,
                        Some(place),
                        Message { severity: Severity::Error, tool, code, message, help: None },
                    );
                }
            }
        });
        Ok(())
    }

    fn comparable(&self, output: &str) -> Option<Comparable> {
        Some(table::plain(output))
    }

    fn traceback(&self, unit: &Unit, stderr: &str) -> Traceback {
        let found = traceback::first(unit, stderr);
        let message = stderr.lines().rev().find_map(|line| line.split_once(": ").map(|(_, rest)| rest.to_owned()));
        Traceback { message: message.or(found.message), span: found.span }
    }

    fn command(&self, workspace: &Workspace<'_>, unit: &Unit, scratch: &Path) -> StdResult<Job, String> {
        let python = workspace.tools.require(&SQLITE)?;
        let lines: Vec<String> = unit.seams.iter().map(usize::to_string).collect();
        Ok(Job::new(&python.path, scratch).args(["-I", "-c", RUN, &lines.join(",")]).arg(unit.file(workspace)))
    }

    fn command_in_parts(
        &self,
        workspace: &Workspace<'_>,
        unit: &Unit,
        scratch: &Path,
        secrets: &[String],
    ) -> CallWithInput {
        Ok((self.command(workspace, unit, scratch)?, seam::lines(secrets)))
    }
}

/// Whether the rules of one of these databases accept a text. If none do, the place and message of the parser that came
/// furthest.
fn parse(text: &str, dialects: &[&dyn Dialect]) -> StdResult<(), (Position, String)> {
    let mut furthest: Option<((usize, usize), String)> = None;
    for dialect in dialects {
        let Err(error) = Parser::parse_sql(*dialect, text) else { return Ok(()) };
        let message = error.to_string();
        let at = place(text, &message);
        if furthest.as_ref().is_none_or(|(known, _)| at > *known) {
            furthest = Some((at, said(&message)));
        }
    }
    let ((line, column), message) = furthest.unwrap_or(((1, 1), "it cannot be parsed".to_owned()));
    Err((Position::point(line, column, ColumnUnit::Char), message))
}

/// The place in a message; the end of the text if it has none.
fn place(text: &str, message: &str) -> (usize, usize) {
    let found = PLACE.captures_iter(message).last();
    let number = |group: usize| found.as_ref().and_then(|found| found[group].parse().ok());
    let end = text.trim_end();
    let last = end.rsplit('\n').next().unwrap_or_default();
    number(1).zip(number(2)).unwrap_or((end.lines().count().max(1), last.chars().count().max(1)))
}

/// A message without its place and the parser's own words.
fn said(message: &str) -> String {
    let plain = PLACE.replace_all(message, "");
    plain.trim_start_matches("sql parser error: ").replacen("Expected: ", "expected ", 1)
}
