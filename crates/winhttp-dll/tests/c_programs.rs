//! C and C++ programs compiled against `include/winhttp.h`: what a user of the header does.
//!
//! Every program of `c/` that is named here is built with gcc as C11 and with g++ as C++17, each with and without
//! `-fshort-wchar`, with every warning an error, and run; `toolchain` does that, and the tests here say what must come
//! out. A missing compiler fails the tests. What needs clang or mingw-w64 runs on request:
//!
//! ```text
//! cargo test -p winhttp-dll --test c_programs -- --include-ignored
//! ```
#![cfg(target_os = "linux")]

#[path = "c_programs/declarations.rs"]
mod declarations;
#[path = "c_programs/headers.rs"]
mod headers;
#[path = "c_programs/layout.rs"]
mod layout;
#[path = "c_programs/mingw.rs"]
mod mingw;
#[path = "c_programs/toolchain.rs"]
mod toolchain;

use toolchain::{Library, Program, VARIANTS, Variant, scratch, variants};

/// Builds a program of `c/` that calls nothing, runs it in every variant, and gives what each says.
fn outputs(name: &str, adapt: fn(Variant) -> Variant) -> Vec<String> {
    variants()
        .map(|variant| Program::build(name, adapt(variant), Library::None, &[]).run(&[], &[], 0))
        .collect()
}

/// Statements: options 9.56
#[test]
fn oc56_layouts_are_the_librarys() {
    for output in outputs("layout", |variant| variant) {
        layout::check_layout(&output);
    }
}

/// Statements: options 9.59, 9.60
#[test]
fn oc59_oc60_numbers_are_the_librarys() {
    for output in outputs("numbers", |variant| variant) {
        layout::check_numbers(&output);
    }
}

#[test]
#[ignore = "needs clang"]
fn compiled_by_clang() {
    for output in outputs("layout", Variant::with_clang) {
        layout::check_layout(&output);
    }
    for output in outputs("numbers", Variant::with_clang) {
        layout::check_numbers(&output);
    }
}

/// A program that names every function of the header links, with the shared and with the static library.
#[test]
fn every_declared_function_links() {
    let functions = declarations::functions();
    let mut text = String::from("#include <windows.h>\n#include <winhttp.h>\n#include <stdio.h>\n");
    text += "int main(void)\n{\n    int count = 0;\n";
    for function in &functions {
        // Through a volatile pointer, so that the compiler cannot know that it is not NULL.
        let name = &function.name;
        text += &format!("    {{ FARPROC volatile f = (FARPROC){name}; count += f != NULL; }}\n");
    }
    text += "    printf(\"%d\\n\", count);\n    return 0;\n}\n";
    let source = scratch("link").join("link.c");
    std::fs::write(&source, text).expect("writable");
    let flags = ["-Wno-cast-function-type"];
    for variant in variants() {
        let program = Program::build_source(&source, variant, Library::Shared, &flags);
        assert_eq!(program.run(&[], &[], 0), format!("{}\n", functions.len()));
    }
    let program = Program::build_source(&source, VARIANTS[1], Library::Static, &flags);
    assert_eq!(program.run(&[], &[], 0), format!("{}\n", functions.len()));
}
