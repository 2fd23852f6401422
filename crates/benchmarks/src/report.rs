//! Tables, printed and written into the document.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use crate::chart::{Bars, chart};

/// One part of `docs/benchmarks.md` or of another document: what one benchmark has to say.
pub struct Report {
    document: &'static str,
    part: &'static str,
    text: String,
    bars: Vec<Bars>,
}

impl Report {
    /// The part of `docs/benchmarks.md` between `<!-- part -->` and `<!-- /part -->`.
    pub fn new(part: &'static str) -> Self {
        Self::of("benchmarks", part)
    }

    /// The part of `docs/<document>.md`. Its chart is `docs/<document>-<part>.svg`.
    pub fn of(document: &'static str, part: &'static str) -> Self {
        Self {
            document,
            part,
            text: String::new(),
            bars: Vec::new(),
        }
    }

    /// A paragraph.
    pub fn say(&mut self, paragraph: &str) {
        println!("{paragraph}\n");
        self.text.push_str(paragraph);
        self.text.push_str("\n\n");
    }

    /// A table; the first column is text, the others are numbers.
    pub fn table(&mut self, head: &[String], rows: &[Vec<String>]) {
        let mut table = format!("| {} |\n|---", head.join(" | "));
        table.push_str(&"|---:".repeat(head.len() - 1));
        table.push_str("|\n");
        for row in rows {
            let _ = writeln!(table, "| {} |", row.join(" | "));
        }
        println!("{table}");
        self.text.push_str(&table);
        self.text.push('\n');
    }

    /// A group of bars for the chart.
    pub fn bars(&mut self, title: String, bars: Vec<(String, f64)>) {
        self.bars.push(Bars { title, bars });
    }

    /// Writes the part and its chart, if `--write` was given.
    ///
    /// # Panics
    /// If the document cannot be read or written, or lacks the part.
    pub fn finish(mut self, chart_title: &str) {
        if !env::args().any(|argument| argument == "--write") {
            return;
        }
        if !self.bars.is_empty() {
            let name = format!("{}-{}.svg", self.document, self.part);
            write(&docs().join(&name), &chart(chart_title, &self.bars));
            let _ = writeln!(self.text, "![{chart_title}]({name})\n");
        }
        let path = docs().join(format!("{}.md", self.document));
        let document = fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()));
        let (open, close) = (
            format!("<!-- {} -->\n", self.part),
            format!("<!-- /{} -->", self.part),
        );
        let parts = document
            .split_once(&open)
            .and_then(|(before, rest)| Some((before, rest.split_once(&close)?.1)));
        let Some((before, after)) = parts else {
            panic!("{} has no part {}", path.display(), self.part);
        };
        let text = self.text.trim_end();
        write(&path, &format!("{before}{open}\n{text}\n\n{close}{after}"));
    }
}

/// What a table says of a ratio that should be at least 1: 3 % below are taken for noise.
pub fn verdict(ratio: f64) -> String {
    if ratio >= 1.0 {
        "met".to_owned()
    } else if ratio >= 0.97 {
        "level".to_owned()
    } else {
        format!("**missed**: {:.2} × as long", 1.0 / ratio)
    }
}

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

fn write(path: &Path, text: &str) {
    fs::write(path, text)
        .unwrap_or_else(|error| panic!("cannot write {}: {error}", path.display()));
}

/// The machine and the compiler, in one line.
pub fn machine() -> String {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        cpu.lines()
            .find(|line| line.starts_with(name))
            .and_then(|line| line.split_once(": "))
            .map_or("unknown", |(_, value)| value)
    };
    let widest = ["avx512_vbmi2", "avx2", "sse2"]
        .into_iter()
        .find(|feature| field("flags").split(' ').any(|flag| flag == *feature));
    let rustc = std::process::Command::new("rustc")
        .arg("--version")
        .output();
    let rustc = rustc.map_or_else(
        |_| "an unknown rustc".to_owned(),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    );
    format!(
        "{} ({}, family {}, model {}), {} processors, {}, {}, {rustc}",
        field("model name"),
        widest.unwrap_or(env::consts::ARCH),
        field("cpu family"),
        field("model\t"),
        std::thread::available_parallelism().map_or(0, usize::from),
        env::consts::OS,
        env::consts::ARCH,
    )
}
