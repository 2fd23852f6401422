//! `winhttp.h` itself: it stands alone, order does not matter, old standards will do, assertions bite.

use std::fs;

use crate::toolchain::{include, scratch, variants};

/// Compiles a source of these lines in every variant.
fn accepts(folder: &str, number: usize, lines: &str, flags: &[&str]) {
    let source = scratch(&format!("{folder}-{number}")).join("source.c");
    fs::write(&source, format!("{lines}extern int unused;\n")).expect("writable");
    for variant in variants() {
        if let Err(message) = variant.check(&include(), &source, flags) {
            panic!("{lines}{message}");
        }
    }
}

#[test]
fn any_order_of_headers_will_do() {
    let orders: [&[&str]; 8] = [
        &["winhttp.h"],
        &["winhttp.h", "winhttp.h"],
        &["windows.h", "winhttp.h"],
        &["winhttp.h", "windows.h"],
        &["windows.h", "websocket.h", "winhttp.h"],
        &["winhttp.h", "websocket.h", "stdio.h", "windows.h"],
        &["Windows.h", "WinHttp.h", "Winhttp.h", "WinHTTP.h"],
        &["sys/socket.h", "netinet/in.h", "windows.h", "winhttp.h"],
    ];
    for (number, order) in orders.iter().enumerate() {
        let lines: String = order
            .iter()
            .map(|name| format!("#include <{name}>\n"))
            .collect();
        accepts("order", number, &lines, &[]);
    }
}

/// Without `win32/` in the path, as a program that is written for this library includes it.
#[test]
fn the_header_works_alone() {
    let path = include().join("winhttp.h");
    accepts(
        "alone",
        0,
        &format!("#include \"{}\"\n", path.display()),
        &[],
    );
}

/// What a Windows programmer writes: NULL-like names, casts and callbacks.
#[test]
fn the_names_can_be_used_as_on_windows() {
    let text = "#include <windows.h>\n#include <winhttp.h>\n\
        static VOID CALLBACK callback(HINTERNET h, DWORD_PTR context, DWORD status, LPVOID info, DWORD length)\n\
        {\n    (void)h; (void)context; (void)info; (void)length;\n\
        switch (status) {\n    case WINHTTP_CALLBACK_STATUS_HANDLE_CLOSING:\n    case WINHTTP_CALLBACK_STATUS_REQUEST_ERROR: break;\n\
        default: break;\n    }\n}\n\
        int main(void)\n{\n\
        HINTERNET session = WinHttpOpen(OPENWINHTTP_WIDE(\"agent\"), WINHTTP_ACCESS_TYPE_DEFAULT_PROXY, WINHTTP_NO_PROXY_NAME,\n\
            WINHTTP_NO_PROXY_BYPASS, WINHTTP_FLAG_ASYNC);\n\
        HINTERNET request = WinHttpOpenRequest(WinHttpConnect(session, OPENWINHTTP_WIDE(\"host\"), INTERNET_DEFAULT_HTTPS_PORT, 0),\n\
            OPENWINHTTP_WIDE(\"GET\"), NULL, NULL, WINHTTP_NO_REFERER, WINHTTP_DEFAULT_ACCEPT_TYPES, WINHTTP_FLAG_SECURE);\n\
        WINHTTP_STATUS_CALLBACK old = WinHttpSetStatusCallback(request, callback, WINHTTP_CALLBACK_FLAG_ALL_NOTIFICATIONS, 0);\n\
        DWORD code = 0, size = sizeof(code);\n\
        URL_COMPONENTS parts;\n    WINHTTP_EXTENDED_HEADER header;\n\
        ZeroMemory(&parts, sizeof(parts));\n    parts.dwStructSize = sizeof(parts);\n\
        header.pwszName = OPENWINHTTP_WIDE(\"n\");\n    header.pwszValue = OPENWINHTTP_WIDE(\"v\");\n\
        if (old == WINHTTP_INVALID_STATUS_CALLBACK) return 1;\n\
        WinHttpSendRequest(request, WINHTTP_NO_ADDITIONAL_HEADERS, 0, WINHTTP_NO_REQUEST_DATA, 0, 0, 0);\n\
        WinHttpSetOption(request, WINHTTP_OPTION_CLIENT_CERT_CONTEXT, WINHTTP_NO_CLIENT_CERT_CONTEXT, 0);\n\
        WinHttpQueryHeaders(request, WINHTTP_QUERY_STATUS_CODE | WINHTTP_QUERY_FLAG_NUMBER, WINHTTP_HEADER_NAME_BY_INDEX,\n\
            &code, &size, WINHTTP_NO_HEADER_INDEX);\n\
        return WinHttpAddRequestHeadersEx(request, WINHTTP_ADDREQ_FLAG_ADD, WINHTTP_EXTENDED_HEADER_FLAG_UNICODE, 0, 1, &header)\n\
            == ERROR_SUCCESS;\n}\n";
    accepts("use", 0, text, &[]);
    // A string literal is a PCWSTR only where L\"\" has two-byte characters.
    let source = scratch("literal").join("source.c");
    let text = "#include <windows.h>\n#include <winhttp.h>\nHINTERNET f(HINTERNET s);\n\
                HINTERNET f(HINTERNET s) { return WinHttpConnect(s, L\"host\", 80, 0); }\n";
    fs::write(&source, text).expect("writable");
    for variant in variants() {
        let result = variant.check(&include(), &source, &[]);
        assert_eq!(result.is_ok(), variant.short_wchar, "{result:?}");
    }
}

/// The header itself asks for nothing newer than C89 with 64-bit integers; C++ from 2011.
#[test]
fn old_standards_will_do() {
    let source = scratch("old").join("source.c");
    fs::write(
        &source,
        "#include <windows.h>\n#include <winhttp.h>\nextern int unused;\n",
    )
    .expect("writable");
    for variant in variants() {
        let standards: &[&[&str]] = if variant.is_cxx() {
            &[&["-std=c++11"], &["-std=c++20"]]
        } else {
            &[
                &["-std=gnu89", "-Wno-pedantic", "-Wno-long-long"],
                &["-std=c99"],
                &["-std=c17"],
            ]
        };
        for flags in standards {
            if let Err(message) = variant.check(&include(), &source, flags) {
                panic!("{message}");
            }
        }
    }
}

/// The other column of the specification's table of layouts. Freestanding, with stand-ins for the system's headers that
/// are needed, so that no 32-bit C library is.
///
/// Statements: options 9.56
#[cfg(target_arch = "x86_64")]
#[test]
fn oc56_layouts_hold_with_four_byte_pointers() {
    let folder = scratch("small");
    fs::create_dir_all(folder.join("sys")).expect("writable");
    let storage = "struct sockaddr_storage { unsigned short ss_family; char rest[122]; unsigned long align; };\n";
    let memory = "#include <stddef.h>\nvoid *memcpy(void *, const void *, size_t);\n\
                  void *memmove(void *, const void *, size_t);\nvoid *memset(void *, int, size_t);\n";
    let check = "#include <winhttp.h>\n\
                 _Static_assert(sizeof(void *) == 4 && sizeof(WINHTTP_REQUEST_TIMES) == 516, \"32 bits\");\n";
    for (name, text) in [
        ("sys/socket.h", storage),
        ("string.h", memory),
        ("uchar.h", "typedef unsigned short char16_t;\n"),
        ("small.c", check),
    ] {
        fs::write(folder.join(name), text).expect("writable");
    }
    let output = std::process::Command::new("gcc")
        .args([
            "-std=c11",
            "-Wall",
            "-Wextra",
            "-pedantic",
            "-Werror",
            "-fsyntax-only",
        ])
        .args(["-m32", "-ffreestanding", "-I"])
        .arg(&folder)
        .arg("-I")
        .arg(include())
        .arg(folder.join("small.c"))
        .output()
        .expect("gcc is needed");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// The layout assertions are alive: where pointers have another alignment the header refuses to compile.
#[test]
fn a_wrong_layout_does_not_compile() {
    let original = crate::declarations::header();
    let folder = scratch("packed");
    let copy = folder.join("winhttp.h");
    let changed = original.replace("#pragma pack(push, 8)", "#pragma pack(push, 2)");
    assert_ne!(changed, original);
    fs::write(
        &copy,
        changed.replace("\"win32/", &format!("\"{}/win32/", include().display())),
    )
    .expect("writable");
    let source = folder.join("packed.c");
    fs::write(&source, format!("#include \"{}\"\n", copy.display())).expect("writable");
    for variant in variants() {
        let error = variant
            .check(&include(), &source, &[])
            .expect_err("packed structs are not the layout");
        assert!(
            error.contains("assert") && error.contains("URL_COMPONENTS"),
            "{error}"
        );
    }
}
