//! What `winhttp.h` declares, read from its text.

use crate::toolchain::include;

/// A function's declaration.
pub(crate) struct Function {
    /// Its name.
    pub(crate) name: String,
    /// The whole text, from the result's type to the semicolon.
    pub(crate) text: String,
}

/// The text of the header.
pub(crate) fn header() -> String {
    std::fs::read_to_string(include().join("winhttp.h")).expect("the header is in the repository")
}

/// Every function, in the order of the header.
///
/// # Panics
/// If the header is not written as it always was.
pub(crate) fn functions() -> Vec<Function> {
    let header = header();
    let found: Vec<Function> = header
        .split("\nWINHTTPAPI ")
        .skip(1)
        .map(|rest| {
            let (text, _) = rest.split_once(';').expect("a declaration ends");
            let (before, _) = text.split_once('(').expect("a function has arguments");
            let name = before.rsplit(' ').next().expect("a name");
            Function {
                name: name.to_owned(),
                text: format!("{text};"),
            }
        })
        .collect();
    assert!(
        found
            .iter()
            .all(|function| function.name.starts_with("WinHttp"))
    );
    found
}

/// Every name that is defined to be a number, with the number.
pub(crate) fn numbers() -> Vec<(String, u32)> {
    let header = header();
    let defines = header
        .lines()
        .filter_map(|line| line.strip_prefix("#define "));
    defines
        .filter_map(|define| {
            let mut words = define.split_whitespace();
            let (name, value) = (words.next()?, words.next()?);
            let value = match value.strip_prefix("0x") {
                Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                None => value.parse().ok()?,
            };
            Some((name.to_owned(), value))
        })
        .collect()
}

#[test]
fn the_functions_are_those_of_the_binding() {
    let mut names: Vec<String> = functions()
        .into_iter()
        .map(|function| function.name)
        .collect();
    names.sort();
    assert_eq!(names, win32_abi::winhttp::functions::FUNCTIONS);
}

#[test]
fn the_numbers_are_read() {
    let numbers = numbers();
    assert!(numbers.len() > 500, "{}", numbers.len());
    assert!(numbers.contains(&("WINHTTP_OPTION_URL".to_owned(), 34)));
    assert!(numbers.contains(&(
        "WINHTTP_CALLBACK_FLAG_ALL_NOTIFICATIONS".to_owned(),
        u32::MAX
    )));
}
