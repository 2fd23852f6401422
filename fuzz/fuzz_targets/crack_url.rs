//! URLs of any units: taking apart, putting together, escaping, resolving.
#![no_main]

mod wide_text;

use libfuzzer_sys::fuzz_target;
use openwinhttp::url::{
    CodePage, Components, CrackOptions, CreateOptions, EscapeFlags, Url, crack, create,
    decode_component, escape_component, escape_object_name,
};

fuzz_target!(|input: &[u8]| {
    let Some((&bits, text)) = input.split_first() else {
        return;
    };
    let text = wide_text::units(text);
    taken_apart(&text, bits & 1 != 0);
    escaped(&text, bits);
    resolved(&String::from_utf16_lossy(&text));
});

fn taken_apart(text: &[u16], reject_user_info: bool) {
    let Ok(cracked) = crack(text, CrackOptions { reject_user_info }) else {
        return;
    };
    // The parts stand in order, with nothing but separators between them.
    let user = cracked
        .user_name
        .clone()
        .unwrap_or(cracked.host.start..cracked.host.start);
    let password = cracked.password.clone().unwrap_or(user.end..user.end);
    assert!(!(reject_user_info && cracked.user_name.is_some()));
    let order = [
        &cracked.scheme_text,
        &user,
        &password,
        &cracked.host,
        &cracked.path,
        &cracked.extra,
    ];
    for pair in order.windows(2) {
        assert!(pair[0].start <= pair[0].end && pair[0].end <= pair[1].start);
    }
    assert!(!cracked.host.is_empty() && cracked.extra.end == text.len());

    // Put together again it means the same, and so it stays.
    let part = |range: &std::ops::Range<usize>| Some(&text[range.clone()]);
    let components = Components {
        scheme_text: part(&cracked.scheme_text),
        scheme: cracked.scheme,
        user_name: cracked.user_name.as_ref().and_then(part),
        password: cracked.password.as_ref().and_then(part),
        host: part(&cracked.host),
        port: cracked.port,
        path: part(&cracked.path),
        extra: part(&cracked.extra),
    };
    let again = create(&components, CreateOptions::default()).expect("parts of a URL");
    let parts = crack(&again, CrackOptions::default()).expect("a URL of parts");
    assert_eq!((parts.scheme, parts.port), (cracked.scheme, cracked.port));
    assert_eq!(&again[parts.host], &text[cracked.host.clone()]);
    assert_eq!(&again[parts.path], &text[cracked.path.clone()]);
    assert_eq!(&again[parts.extra], &text[cracked.extra.clone()]);

    for code_page in [CodePage::Utf8, CodePage::SingleByte] {
        let options = CreateOptions {
            escape: Some(code_page),
            ..CreateOptions::default()
        };
        let wide = text[cracked.path_and_extra()]
            .iter()
            .any(|&unit| unit > 0xFF);
        let result = create(&components, options);
        assert_eq!(result.is_err(), wide && code_page == CodePage::SingleByte);
    }
}

fn escaped(text: &[u16], bits: u8) {
    let flags = EscapeFlags {
        percent: bits & 2 != 0,
        disable: bits & 4 != 0,
        disable_query: bits & 8 != 0,
        asterisk: bits & 16 != 0,
    };
    let target = escape_object_name(text, flags);
    assert!(target.is_ascii() && (target.starts_with('/') || target == "*" && flags.asterisk));
    assert!(!target.contains(['\r', '\n', ' ', '\0']));

    assert!(decode_component(text).len() <= text.len());
    let escaped = escape_component(text, true);
    assert!(escaped.iter().all(|unit| (0x21..0x7F).contains(unit)));
    // NULs stay escaped, unpaired surrogates are lost.
    if !text.contains(&0) && String::from_utf16(text).is_ok() {
        assert_eq!(decode_component(&escaped), text);
    }
}

fn resolved(text: &str) {
    let base = Url::parse("https://host:8443/a/b/c?d").expect("a URL");
    for url in [Url::parse(text), base.resolve(text)].into_iter().flatten() {
        let shown = url.to_string();
        let authority = url.authority();
        assert!(!shown.contains(|character: char| character.is_control() || character == ' '));
        assert!(!authority.contains(['/', '?', '#', '@', '\\']) && url.port() != 0);
        assert_eq!(Url::parse(&shown), Ok(url.clone()));
        // Resolving against itself takes the dot segments away, and a second time nothing. (A target that begins with two
        // slashes is no reference to itself.)
        if let (false, Ok(once)) = (url.target().starts_with("//"), url.resolve(url.target())) {
            if !once.target().starts_with("//") {
                assert_eq!(once.resolve(once.target()), Ok(once.clone()));
            }
        }
    }
}
