//! The headers themselves: each stands alone, order does not matter, spellings agree, assertions bite.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::toolchain::{Library, Program, cxx_variants, include, scratch, variants};

/// Included by others around system headers, twice each; makes no sense alone.
const FRAGMENT: &str = "wide_names.h";

/// Every header of a folder, sorted; not those of its folders.
fn headers(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is readable");
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("readable").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|e| e.eq_ignore_ascii_case("h"))
        })
        .collect();
    paths.sort();
    assert!(!paths.is_empty());
    paths
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .expect("a file")
        .to_string_lossy()
        .into_owned()
}

#[test]
fn each_header_compiles_alone_and_twice() {
    let include = include();
    let folder = scratch("alone");
    // One spelling of each name is enough: the others are checked to be the same.
    let mut by_name = BTreeMap::new();
    for path in headers(&include)
        .into_iter()
        .chain(headers(&include.join("win32")))
        .chain(headers(&include.join("win32/openwinhttp")))
        .filter(|path| file_name(path) != FRAGMENT)
    {
        let key = path.to_string_lossy().to_lowercase();
        by_name.insert(key, path);
    }
    for (number, path) in by_name.values().enumerate() {
        let source = folder.join(format!("{number}.c"));
        let line = format!("#include \"{}\"\n", path.display());
        fs::write(&source, format!("{line}{line}extern int unused;\n")).expect("writable");
        for variant in variants() {
            if let Err(message) = variant.check(&include, &source, &[]) {
                panic!("{} does not compile alone: {message}", path.display());
            }
        }
    }
}

#[test]
fn any_order_of_headers_will_do() {
    let include = include();
    let folder = scratch("order");
    let orders = [
        vec!["windows.h", "websocket.h"],
        vec!["websocket.h", "windows.h"],
        vec!["websocket.h", "stdio.h", "wchar.h", "windows.h"],
        vec!["wchar.h", "windows.h", "stdio.h", "websocket.h"],
        vec![
            "stdlib.h", "string.h", "stdio.h", "wchar.h", "tchar.h", "assert.h",
        ],
        vec![
            "string.h",
            "websocket.h",
            "Assert.h",
            "StdIo.h",
            "StdLib.h",
            "Windows.h",
        ],
        vec![
            "WebSocket.h",
            "Websocket.h",
            "time.h",
            "sal.h",
            "winerror.h",
        ],
    ];
    for (number, order) in orders.iter().enumerate() {
        let lines: String = order
            .iter()
            .map(|name| format!("#include <{name}>\n"))
            .collect();
        let source = folder.join(format!("{number}.c"));
        fs::write(&source, format!("{lines}extern int unused;\n")).expect("writable");
        for variant in variants() {
            if let Err(message) = variant.check(&include, &source, &[]) {
                panic!("{order:?}: {message}");
            }
        }
    }
}

/// SAL's names and the wide functions must leave the C++ library's headers alone, whichever comes first.
#[test]
fn the_cxx_library_compiles_before_and_after() {
    const LIBRARY: &str = "#include <algorithm>\n#include <cwchar>\n#include <iostream>\n#include <regex>\n\
                           #include <string>\n#include <thread>\n";
    const OURS: &str = "#include <windows.h>\n#include <websocket.h>\n#include <stdio.h>\n";
    const BODY: &str = "int main() {\n\
                        const wchar_t *found = std::wcschr(L\"abc\", L'b');\n\
                        std::wprintf(L\"%s\", found);\n\
                        return static_cast<int>(std::wcslen(found)) + std::min(1, 2);\n}\n";
    let include = include();
    let folder = scratch("cxx");
    for (name, text) in [
        ("before", [LIBRARY, OURS, BODY].concat()),
        ("after", [OURS, LIBRARY, BODY].concat()),
    ] {
        let source = folder.join(format!("{name}.cc"));
        fs::write(&source, text).expect("writable");
        for variant in cxx_variants() {
            for flags in [&[][..], &["-O2", "-D_FORTIFY_SOURCE=2"][..]] {
                if let Err(message) = variant.check(&include, &source, flags) {
                    panic!("{name}: {message}");
                }
            }
        }
    }
}

/// What C++ programs do with headers that they take for C's, and what they do with SAL 1.
#[test]
fn cxx_programs_may_wrap_and_annotate() {
    let folder = scratch("wrapped");
    let wrapped = "extern \"C\" {\n#include <windows.h>\n#include <websocket.h>\n#include <stdio.h>\n}\n\
                   int wmain(int, wchar_t **argv) { return ARRAYSIZE(\"ab\") == 3 ? wcslen(argv[0]) != 0 : 0; }\n\
                   static_assert(HRESULT_FROM_WIN32(ERROR_INVALID_PARAMETER) == E_INVALIDARG, \"constant\");\n";
    let annotated = "#include <iostream>\n#include <string>\n#define OPENWINHTTP_SAL1\n#include <windows.h>\n\
                     void f(__in const char *name, __out_opt int *value);\n\
                     void g(__in_z_opt PCWSTR name, __inout int *value);\n";
    for (name, text) in [("wrapped", wrapped), ("annotated", annotated)] {
        let source = folder.join(format!("{name}.cc"));
        fs::write(&source, text).expect("writable");
        for variant in cxx_variants() {
            if let Err(message) = variant.check(&include(), &source, &[]) {
                panic!("{name}: {message}");
            }
        }
    }
}

/// On a file system that folds case only one spelling of a name survives a checkout: any one must do for all.
#[test]
fn spellings_of_a_name_have_the_same_contents() {
    for folder in [
        include(),
        include().join("win32"),
        include().join("win32/openwinhttp"),
    ] {
        let mut seen: BTreeMap<String, PathBuf> = BTreeMap::new();
        for path in headers(&folder) {
            if let Some(other) = seen.insert(file_name(&path).to_lowercase(), path.clone()) {
                assert_eq!(
                    fs::read(&path).expect("readable"),
                    fs::read(&other).expect("readable"),
                    "{} and {} differ",
                    path.display(),
                    other.display()
                );
            }
        }
    }
}

/// As on a file system that folds case: every name of `win32/` is there in lower case too, so that `<websocket.h>` finds
/// the forwarder before the real header.
#[test]
fn forwarders_do_not_include_themselves_where_case_is_folded() {
    let folded = scratch("folded");
    let win32 = folded.join("win32");
    fs::create_dir_all(win32.join("openwinhttp")).expect("writable");
    for path in headers(&include()) {
        fs::copy(&path, folded.join(file_name(&path))).expect("writable");
    }
    for path in headers(&include().join("win32/openwinhttp")) {
        fs::copy(&path, win32.join("openwinhttp").join(file_name(&path))).expect("writable");
    }
    for path in headers(&include().join("win32")) {
        let name = file_name(&path);
        for spelling in [name.to_lowercase(), name] {
            fs::copy(&path, win32.join(spelling)).expect("writable");
        }
    }
    assert!(win32.join("websocket.h").exists());
    for variant in variants() {
        Program::build_with(&folded, "flow", variant, Library::Shared, &[]).run(&[], &[], 0);
    }
}

/// The other column of the specification's table of layouts. Freestanding, so that no 32-bit C library is needed.
#[cfg(target_arch = "x86_64")]
#[test]
fn layouts_hold_with_four_byte_pointers() {
    let source = scratch("small").join("small.cc");
    let text = "#include <websocket.h>\n\
                static_assert(sizeof(void *) == 4 && sizeof(WEB_SOCKET_BUFFER) == 12, \"32 bits\");\n";
    fs::write(&source, text).expect("writable");
    for variant in cxx_variants() {
        let flags = ["-m32", "-ffreestanding"];
        if let Err(message) = variant.check(&include(), &source, &flags) {
            panic!("{message}");
        }
    }
}

/// On Windows `websocket.h` stands on the compiler's own windows.h; `win32/` must not be in the way.
#[test]
#[ignore = "needs the mingw-w64 compilers"]
fn websocket_h_compiles_for_windows() {
    let source = scratch("windows").join("windows.c");
    let text = "#include <windows.h>\n#include <websocket.h>\nextern int unused;\n";
    fs::write(&source, text).expect("writable");
    for (compiler, language) in [
        ("gcc", ["-xc", "-std=c11"]),
        ("g++", ["-xc++", "-std=c++17"]),
    ] {
        let output = std::process::Command::new(format!("x86_64-w64-mingw32-{compiler}"))
            .args(["-Wall", "-Wextra", "-pedantic", "-Werror", "-fsyntax-only"])
            .args(language)
            .arg("-I")
            .arg(include())
            .arg(&source)
            .output()
            .expect("the mingw-w64 compilers are needed");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

/// The layout assertions are alive: with packed structs the header refuses to compile.
#[test]
fn a_wrong_layout_does_not_compile() {
    let include = include();
    let source = scratch("packed").join("packed.c");
    fs::write(&source, "#include <websocket.h>\nextern int unused;\n").expect("writable");
    for variant in variants() {
        let error = variant
            .check(&include, &source, &["-fpack-struct=1"])
            .expect_err("packed structs are not the layout");
        assert!(error.contains("assert"), "{error}");
        assert!(error.contains("WEB_SOCKET_PROPERTY"), "{error}");
    }
}
