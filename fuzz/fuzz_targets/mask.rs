//! Masking at any alignment and in any pieces against one byte at a time.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ws_mask::{mask_copy, mask_in_place, portable, rotate_key};

fuzz_target!(|input: (u8, [u8; 4], u8, u16, Vec<u8>)| {
    let (fill, key, skip, cut, bytes) = input;
    // Repeated, because libFuzzer's inputs are short and the widest loops begin late; `skip` moves the alignment.
    let bytes = bytes.repeat(usize::from(fill) + 1);
    let start = usize::from(skip % 64).min(bytes.len());
    let source = &bytes[start..];
    let expected: Vec<u8> = source
        .iter()
        .zip(key.iter().cycle())
        .map(|(byte, mask)| byte ^ mask)
        .collect();

    type InPlace = fn(&mut [u8], [u8; 4]);
    for mask in [mask_in_place as InPlace, portable::mask_in_place] {
        let mut whole = bytes.clone();
        mask(&mut whole[start..], key);
        assert_eq!(whole[start..], expected);
        assert_eq!(whole[..start], bytes[..start], "before the slice");

        let cut = usize::from(cut).min(source.len());
        let mut pieces = source.to_vec();
        mask(&mut pieces[..cut], key);
        mask(&mut pieces[cut..], rotate_key(key, cut));
        assert_eq!(pieces, expected);
    }
    type Copy = fn(&mut [u8], &[u8], [u8; 4]);
    for copy in [mask_copy as Copy, portable::mask_copy] {
        let mut target = vec![0xEE; start + source.len() + 1];
        let end = target.len() - 1;
        copy(&mut target[start..end], source, key);
        assert_eq!(target[start..end], expected);
        assert!(target[..start].iter().all(|&byte| byte == 0xEE));
        assert_eq!(target[end], 0xEE, "behind the slice");
    }
});
