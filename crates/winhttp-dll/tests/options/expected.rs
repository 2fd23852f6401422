//! The table of the specification (`winhttp-options.md` §1 with the corrections of the facts), written down once more by hand.

/// What is known of an option.
pub(crate) struct Expected {
    pub(crate) number: u32,
    /// `d` DWORD or BOOL; `p` pointer; `t` text; `n` nothing; or the number of bytes; `-` not supported.
    pub(crate) kind: &'static str,
    /// Handles on which it can be read: `S`, `C`, `R`, `N` for NULL, `W` for WebSockets.
    pub(crate) query: &'static str,
    /// Handles on which it can be set.
    pub(crate) set: &'static str,
    /// A value to set.
    pub(crate) value: u32,
}

/// Options that cannot be read before something was sent: 12019.
pub(crate) const NEEDS_CONNECTION: [u32; 4] = [32, 78, 93, 94];
/// Passport: 12150.
pub(crate) const NEVER_THERE: [u32; 3] = [81, 82, 87];
/// Their wrong size is 87, not 122.
pub(crate) const SIZE_IS_A_PARAMETER: [u32; 3] = [45, 79, 116];

const fn row(
    number: u32,
    kind: &'static str,
    query: &'static str,
    set: &'static str,
    value: u32,
) -> Expected {
    Expected {
        number,
        kind,
        query,
        set,
        value,
    }
}

#[rustfmt::skip]
pub(crate) const EXPECTED: &[Expected] = &[
    row(1, "p", "SCRW", "SCRW", 0), row(2, "d", "SCR", "SR", 7), row(3, "d", "SCR", "SR", 7), row(4, "d", "SR", "SR", 7),
    row(5, "d", "SCR", "SR", 7), row(6, "d", "SCR", "SR", 7), row(7, "d", "SCR", "SR", 7), row(9, "d", "SCRW", "", 0),
    row(12, "d", "R", "R", 7), row(13, "d", "R", "R", 7), row(21, "p", "SCRW", "", 0), row(24, "d", "SRN", "", 0),
    row(31, "d", "R", "R", 0x100), row(32, "64/40", "R", "", 0), row(34, "t", "R", "", 0), row(36, "d", "R", "", 0),
    row(38, "24/12", "SRN", "SR", 0), row(39, "32/20", "", "SR", 0), row(41, "t", "S", "S", 0), row(45, "p", "SCRW", "SCRW", 0),
    row(47, "n", "", "R", 0), row(58, "d", "R", "R", 7), row(59, "8", "SRN", "SRN", 1), row(63, "d", "", "R", 0),
    row(68, "d", "", "S", 65001), row(73, "d", "S", "S", 7), row(74, "d", "S", "S", 7), row(77, "d", "", "SR", 3),
    row(78, "p", "R", "", 0), row(79, "d", "", "SR", 1), row(80, "d", "SCRN", "N", 3), row(81, "t", "R", "", 0),
    row(82, "t", "R", "", 0), row(83, "d", "", "S", 0x1000_0000), row(84, "d", "", "S", 0x800), row(85, "d", "N", "N", 1),
    row(86, "t", "", "S", 0), row(87, "t", "R", "", 0), row(88, "d", "SR", "SR", 2), row(89, "d", "SR", "SR", 7),
    row(90, "d", "SR", "SR", 7), row(91, "d", "SR", "SR", 7), row(92, "d", "SR", "SR", 7), row(93, "264/260", "R", "", 0),
    row(94, "p", "R", "", 0), row(96, "d", "", "R", 1), row(97, "-", "", "", 0), row(98, "-", "", "", 0),
    row(99, "p", "", "S", 0xDEAD), row(100, "d", "", "R", 1), row(101, "d", "", "S", 1), row(103, "d", "", "SR", 1),
    row(104, "d", "SR", "", 0), row(105, "d", "", "SR", 1), row(106, "t", "R", "", 0), row(107, "t", "R", "", 0),
    row(108, "-", "", "", 0), row(109, "d", "", "SR", 0), row(110, "d", "", "R", 1), row(111, "d", "", "S", 1),
    row(114, "n", "", "R", 0), row(115, "d", "RW", "RW", 7), row(116, "d", "", "W", 15000), row(118, "d", "", "SR", 3),
    row(122, "d", "SR", "SR", 7), row(123, "d", "SR", "SR", 7), row(128, "d", "", "SR", 1), row(131, "-", "", "", 0),
    row(133, "d", "", "SR", 3), row(134, "d", "R", "", 0), row(136, "-", "", "", 0), row(137, "d", "", "S", 1),
    row(138, "d", "", "SR", 1), row(139, "d", "", "SR", 1), row(140, "d", "", "S", 1), row(141, "-", "", "", 0),
    row(142, "-", "", "", 0), row(143, "n", "", "R", 0), row(144, "d", "", "S", 1), row(145, "d", "", "SR", 1),
    row(146, "-", "", "", 0), row(147, "-", "", "", 0), row(150, "-", "", "", 0), row(151, "708", "R", "", 0),
    row(152, "12", "", "S", 1), row(153, "d", "", "S", 1), row(154, "d", "", "S", 1), row(155, "d", "", "R", 1),
    row(158, "d", "", "S", 1), row(159, "d", "R", "", 0), row(160, "d", "", "SR", 1), row(161, "d", "", "S", 1),
    row(162, "8", "", "S", 3), row(164, "d", "", "S", 5000), row(165, "t", "", "R", 0), row(166, "-", "", "", 0),
    row(167, "-", "", "", 0), row(168, "-", "", "", 0), row(169, "d", "", "SR", 1), row(170, "32", "", "S", 0),
    row(171, "d", "", "S", 1), row(172, "d", "", "S", 1), row(173, "d", "", "S", 1), row(177, "d", "R", "", 0),
    row(178, "16", "R", "R", 5), row(179, "24", "", "R", 5), row(183, "8", "", "S", 0), row(184, "d", "SCRWN", "", 44),
    row(185, "-", "", "", 0), row(188, "d", "", "S", 1), row(189, "d", "", "S", 1), row(190, "d", "", "S", 1),
    row(191, "d", "R", "", 0), row(192, "t", "R", "R", 0), row(193, "d", "", "S", 1), row(194, "d", "", "S", 1),
    row(195, "d", "", "S", 1), row(196, "d", "", "S", 1), row(4096, "t", "R", "R", 0), row(4097, "t", "R", "R", 0),
    row(4098, "t", "R", "R", 0), row(4099, "t", "R", "R", 0),
];

impl Expected {
    pub(crate) fn of(number: u32) -> Option<&'static Self> {
        EXPECTED.iter().find(|row| row.number == number)
    }

    /// Bytes of a value; `None` for texts and options without a value.
    pub(crate) fn size(&self) -> Option<usize> {
        match self.kind {
            "d" => Some(4),
            "p" => Some(size_of::<usize>()),
            "t" | "n" | "-" => None,
            sizes => {
                let (wide, narrow) = sizes.split_once('/').unwrap_or((sizes, sizes));
                let size = if size_of::<usize>() == 8 {
                    wide
                } else {
                    narrow
                };
                Some(size.parse().unwrap())
            }
        }
    }
}
