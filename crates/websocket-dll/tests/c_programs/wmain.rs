//! The ways in which programs spell their wide `main`.

use std::fs;

use crate::toolchain::{Program, VARIANTS, Variant, scratch};

/// Runs a program in the variants with these numbers; it must end with status 7 when given two arguments.
fn check(name: &str, variants: &[usize], flags: &[&str], text: &str) {
    let source = scratch(&format!("wmain-{name}")).join("program.c");
    fs::write(&source, text).expect("writable");
    let chosen = variants.iter().map(|&number| VARIANTS[number]);
    for variant in chosen.filter(Variant::is_usable) {
        let program = Program::build_source(&source, variant, flags);
        program.run(&[], &["one", "tw\u{f6}"], 7);
    }
}

const ALL: &[usize] = &[0, 1, 2, 3];

#[test]
fn without_parameters() {
    check(
        "void",
        ALL,
        &[],
        "#include <StdIo.h>\nint wmain(void) { return 7; }\n",
    );
    check(
        "none",
        ALL,
        &[],
        "#include <Windows.h>\nint __cdecl wmain()\n{\n    return 7;\n}\n",
    );
}

#[test]
fn with_arguments_and_environment() {
    let text = "#include <windows.h>\n\
                int wmain(int argc, wchar_t *argv[], wchar_t *envp[])\n\
                {\n\
                return argc == 3 && wcslen(argv[2]) == 3 && argv[3] == NULL && wcschr(envp[0], L'=') != NULL ? 7 : 1;\n\
                }\n";
    check("environment", ALL, &[], text);
    let text = "#include <windows.h>\n\
                int __cdecl wmain(_In_ int argc, _In_reads_(argc) PCWSTR *argv)\n\
                {\n\
                return argc == 3 && argv[1][0] == L'o' && argv[2][2] == 0xF6 ? 7 : 1;\n\
                }\n";
    check("const", &[1, 3], &[], text);
}

#[test]
fn tmain_is_wide_or_narrow() {
    let text = "#include <windows.h>\n#include <tchar.h>\n\
                int _tmain(int argc, _TCHAR *argv[])\n\
                {\n\
                _tprintf(_T(\"%s\\n\"), argv[0]);\n\
                return argc == 3 && _tcslen(argv[2]) == LENGTH ? 7 : 1;\n\
                }\n";
    check(
        "wide",
        ALL,
        &["-DUNICODE", "-D_UNICODE", "-DLENGTH=3"],
        text,
    );
    check("narrow", ALL, &["-DLENGTH=4"], text);
}

#[test]
fn turned_off() {
    let text = "#include <windows.h>\nint wmain(int n);\nint wmain(int n) { return n; }\n\
                int main(void) { return wmain(7); }\n";
    check("off", ALL, &["-DOPENWINHTTP_NO_WMAIN"], text);
}
