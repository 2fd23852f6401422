//! A bar chart as SVG.

use std::fmt::Write as _;

/// Bars under one title.
pub(crate) struct Bars {
    pub(crate) title: String,
    /// What each stands for, and its length; 1 is ours.
    pub(crate) bars: Vec<(String, f64)>,
}

const BAR: usize = 16;
const NAMES: usize = 190;
const FULL: usize = 420;
/// Longer bars are cut; their number says how long they are.
const MAX: f64 = 6.0;

/// Draws horizontal bars, group under group.
pub(crate) fn chart(title: &str, groups: &[Bars]) -> String {
    let lines: usize = groups.iter().map(|group| group.bars.len() + 2).sum();
    let (width, height) = (NAMES + FULL + 70, 40 + lines * BAR);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         font-family=\"sans-serif\" font-size=\"11\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n\
         <text x=\"10\" y=\"20\" font-size=\"14\">{}</text>\n",
        escaped(title)
    );
    let mut y = 40;
    for group in groups {
        let _ = writeln!(
            svg,
            "<text x=\"10\" y=\"{}\" font-weight=\"bold\">{}</text>",
            y + BAR - 4,
            escaped(&group.title)
        );
        y += BAR;
        for (name, value) in &group.bars {
            let length = (value.min(MAX) / MAX * FULL as f64).round();
            let colour = if name.starts_with("ours") {
                "#2a7f62"
            } else if name.starts_with("limit") {
                "#999999"
            } else {
                "#c8963e"
            };
            let base = y + BAR - 4;
            let _ = writeln!(
                svg,
                "<text x=\"{}\" y=\"{base}\" text-anchor=\"end\">{}</text>\
                 <rect x=\"{NAMES}\" y=\"{}\" width=\"{length}\" height=\"{}\" fill=\"{colour}\"/>\
                 <text x=\"{}\" y=\"{base}\">{value:.2}</text>",
                NAMES - 6,
                escaped(name),
                y + 2,
                BAR - 4,
                NAMES as f64 + length + 5.0,
            );
            y += BAR;
        }
        y += BAR;
    }
    svg.push_str("</svg>\n");
    svg
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
