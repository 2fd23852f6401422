//! HTTP dates: what `WinHttpTimeFromSystemTime` writes and `WinHttpTimeToSystemTime` reads.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::{Error, Result};

const WEEKDAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A date and time of day in UTC, as Windows' `SYSTEMTIME` has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct DateTime {
    /// 1601 to 30827.
    pub year: u16,
    /// 1 to 12.
    pub month: u16,
    /// 0 (Sunday) to 6. Not looked at when writing: it follows from the date.
    pub day_of_week: u16,
    /// 1 to 31.
    pub day: u16,
    /// 0 to 23.
    pub hour: u16,
    /// 0 to 59.
    pub minute: u16,
    /// 0 to 59; a leap second is read as 59.
    pub second: u16,
    /// 0 to 999; not part of the text, 0 after reading.
    pub millisecond: u16,
}

impl DateTime {
    /// The RFC 1123 text, the preferred form of RFC 9110 section 5.6.7, such as `Sun, 06 Nov 1994 08:49:37 GMT`: 29
    /// characters (30 from the year 10000 on).
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] for a member out of its range, and for a day that the month does not have.
    pub fn to_http_date(self) -> Result<String> {
        let day_of_week = self.checked()?.day_of_week;
        Ok(format!(
            "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
            &WEEKDAYS[usize::from(day_of_week)][..3],
            self.day,
            &MONTHS[usize::from(self.month) - 1][..3],
            self.year,
            self.hour,
            self.minute,
            self.second
        ))
    }

    /// Reads the forms of RFC 9110 section 5.6.7 (RFC 1123, RFC 850, asctime), and looser ones: names in any case of letters
    /// and of three letters or more; commas, colons, hyphens and white space between the parts as they come; without day of
    /// week; without GMT (or with UTC, UT, Z). Two digits of a year are the year that is not more than 50 years ahead of
    /// today. Facts 16.4 to 16.6.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] for anything else, and for a date that does not exist. A day of week that does not fit the
    /// date is no error: the right one is returned.
    pub fn parse(text: &[u8]) -> Result<Self> {
        parse_in(text, this_year)
    }

    /// As [`DateTime::parse`], for UTF-16 text.
    ///
    /// # Errors
    /// As [`DateTime::parse`].
    pub fn parse_utf16(text: &[u16]) -> Result<Self> {
        // What is not ASCII is no part of a date; one byte that is none says so.
        let text: Vec<u8> = text
            .iter()
            .map(|&unit| u8::try_from(unit).unwrap_or(0xFF))
            .collect();
        Self::parse(&text)
    }

    /// The same with the right day of week, if every member is in its range.
    fn checked(self) -> Result<Self> {
        let valid = (1601..=30827).contains(&self.year)
            && (1..=12).contains(&self.month)
            && (1..=days_of(self.year, self.month)).contains(&self.day)
            && self.hour < 24
            && self.minute < 60
            && self.second < 60
            && self.millisecond < 1000;
        if !valid {
            return Err(Error::InvalidParameter);
        }
        Ok(Self {
            day_of_week: day_of_week(self.year, self.month, self.day),
            ..self
        })
    }
}

/// Reads a date; `this_year` is asked for only if the text has two digits of a year.
fn parse_in(text: &[u8], this_year: impl FnOnce() -> u16) -> Result<DateTime> {
    let mut parts = Parts::new(text);
    let mut next = || parts.next().unwrap_or(Err(Error::InvalidParameter));

    // The weekday is read over: it follows from the date. May come with or without it, before any of the forms.
    let mut first = next()?;
    if let Part::Word(word) = first
        && WEEKDAYS.iter().any(|name| names(word, name))
    {
        first = next()?;
    }
    let (day, month, year, time);
    match first {
        // Day, month, year, time: RFC 1123, RFC 850.
        Part::Number(number) => {
            day = number.short()?;
            month = next()?.month()?;
            year = next()?.number()?;
            time = [next()?, next()?, next()?];
        }
        // Month, day, time, year: asctime.
        Part::Word(_) => {
            month = first.month()?;
            day = next()?.number()?.short()?;
            time = [next()?, next()?, next()?];
            year = next()?.number()?;
        }
    }
    match parts.next() {
        None => {}
        Some(Ok(Part::Word(zone))) if is_utc(zone) && parts.next().is_none() => {}
        Some(_) => return Err(Error::InvalidParameter),
    }
    let [hour, minute, second] = time.map(|part| part.number()?.short());
    DateTime {
        year: year.year(this_year)?,
        month,
        day_of_week: 0,
        day,
        hour: hour?,
        minute: minute?,
        second: match second? {
            60 => 59,
            second => second,
        },
        millisecond: 0,
    }
    .checked()
}

/// The words and numbers of a date, whatever stands between them.
struct Parts<'a> {
    rest: &'a [u8],
}

#[derive(Clone, Copy)]
enum Part<'a> {
    Word(&'a [u8]),
    Number(Number),
}

/// A number of up to four digits.
#[derive(Clone, Copy)]
struct Number {
    value: u16,
    digits: usize,
}

impl<'a> Parts<'a> {
    fn new(rest: &'a [u8]) -> Self {
        Self { rest }
    }

    fn take(&mut self, belongs: impl Fn(&u8) -> bool) -> &'a [u8] {
        let end = self.rest.iter().position(|byte| !belongs(byte));
        let (taken, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        taken
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = Result<Part<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.take(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',' | b':' | b'-'));
        let first = *self.rest.first()?;
        Some(if first.is_ascii_alphabetic() {
            Ok(Part::Word(self.take(u8::is_ascii_alphabetic)))
        } else if first.is_ascii_digit() {
            Number::new(self.take(u8::is_ascii_digit)).map(Part::Number)
        } else {
            Err(Error::InvalidParameter)
        })
    }
}

impl Part<'_> {
    fn number(self) -> Result<Number> {
        match self {
            Self::Number(number) => Ok(number),
            Self::Word(_) => Err(Error::InvalidParameter),
        }
    }

    fn month(self) -> Result<u16> {
        let Self::Word(word) = self else {
            return Err(Error::InvalidParameter);
        };
        (1..)
            .zip(MONTHS)
            .find_map(|(number, name)| names(word, name).then_some(number))
            .ok_or(Error::InvalidParameter)
    }
}

impl Number {
    fn new(digits: &[u8]) -> Result<Self> {
        if digits.len() > 4 {
            return Err(Error::InvalidParameter);
        }
        let add = |value, &digit: &u8| value * 10 + u16::from(digit - b'0');
        Ok(Self {
            value: digits.iter().fold(0, add),
            digits: digits.len(),
        })
    }

    /// A number of one or two digits: everything but the year.
    fn short(self) -> Result<u16> {
        if self.digits > 2 {
            return Err(Error::InvalidParameter);
        }
        Ok(self.value)
    }

    /// A year of four digits, or of two as RFC 9110 section 5.6.7 says.
    fn year(self, this_year: impl FnOnce() -> u16) -> Result<u16> {
        match self.digits {
            4 => Ok(self.value),
            2 => {
                let latest = this_year() + 50;
                let year = latest - latest % 100 + self.value;
                Ok(if year > latest { year - 100 } else { year })
            }
            _ => Err(Error::InvalidParameter),
        }
    }
}

/// Whether a word is a name or its first three letters or more.
fn names(word: &[u8], name: &str) -> bool {
    let start = name.as_bytes().get(..word.len());
    word.len() >= 3 && start.is_some_and(|start| start.eq_ignore_ascii_case(word))
}

fn is_utc(zone: &[u8]) -> bool {
    let known: [&[u8]; 4] = [b"GMT", b"UTC", b"UT", b"Z"];
    known.iter().any(|name| name.eq_ignore_ascii_case(zone))
}

fn days_of(year: u16, month: u16) -> u16 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        _ => 31,
    }
}

/// Zeller's congruence, for the Gregorian calendar.
fn day_of_week(year: u16, month: u16, day: u16) -> u16 {
    // January and February count as the 13th and 14th month of the year before.
    let (year, month) = if month < 3 {
        (u32::from(year) - 1, u32::from(month) + 12)
    } else {
        (u32::from(year), u32::from(month))
    };
    let leap_days = year / 4 - year / 100 + year / 400;
    let saturday_based = (u32::from(day) + 13 * (month + 1) / 5 + year + leap_days) % 7;
    ((saturday_based + 6) % 7) as u16
}

/// The present year, near enough for the years of two digits.
fn this_year() -> u16 {
    const SECONDS: u64 = 31_556_952; // of the mean Gregorian year
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let years = now.map_or(0, |now| now.as_secs() / SECONDS);
    u16::try_from(1970 + years).unwrap_or(9999).min(9999)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: DateTime = DateTime {
        year: 1994,
        month: 11,
        day_of_week: 0,
        day: 6,
        hour: 8,
        minute: 49,
        second: 37,
        millisecond: 0,
    };

    fn at(text: &str, year: u16) -> Result<DateTime> {
        parse_in(text.as_bytes(), || year)
    }

    /// Statements: facts 16.1.
    #[test]
    fn f16_1_writes_rfc_1123() {
        assert_eq!(
            EXAMPLE.to_http_date().unwrap(),
            "Sun, 06 Nov 1994 08:49:37 GMT"
        );
        let wrong_weekday = DateTime {
            day_of_week: 500,
            millisecond: 999,
            ..EXAMPLE
        };
        assert_eq!(
            wrong_weekday.to_http_date().unwrap(),
            "Sun, 06 Nov 1994 08:49:37 GMT"
        );
        let last = DateTime {
            year: 30827,
            month: 12,
            day: 31,
            hour: 23,
            minute: 59,
            second: 59,
            ..EXAMPLE
        };
        assert_eq!(last.to_http_date().unwrap().len(), 30);
    }

    /// Statements: facts 16.4, 16.5, 16.6.
    #[test]
    fn f16_4_reads_every_form() {
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 GMT\n",
            " sun 06 nov 1994 08 49 37\n",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            "SUN, 6 NOVEMBER 1994 8:49:37 utc",
            "06 Nov 1994 08:49:37 Z",
            "Nov 6 08:49:37 1994 GMT",
            "Mon, 06 Nov 1994 08:49:37 GMT", // the date decides
            "Sun,06 Nov 1994 08:49:37GMT",
        ] {
            assert_eq!(at(text, 2026), Ok(EXAMPLE), "{text:?}");
            let units: Vec<u16> = text.encode_utf16().collect();
            assert_eq!(DateTime::parse_utf16(&units), Ok(EXAMPLE), "{text:?}");
        }
    }

    #[test]
    fn refuses_what_is_no_date() {
        for text in [
            "",
            " ",
            "Sun",
            "Sun, 06 Nov 1994",
            "Sun, 06 Nov 1994 08:49",
            "Sun, 06 Nov 1994 08:49:37 CET",
            "Sun, 06 Nov 1994 08:49:37 GMT GMT",
            "Sun, 06 Nov 1994 08:49:37 GMT 1",
            "Sun, 06 Nov 1994 24:49:37 GMT",
            "Sun, 06 Nov 1994 08:60:37 GMT",
            "Sun, 06 Nov 1994 08:49:61 GMT",
            "Sun, 31 Nov 1994 08:49:37 GMT",
            "Sun, 29 Feb 1900 08:49:37 GMT",
            "Sun, 00 Nov 1994 08:49:37 GMT",
            "Sun, 06 No 1994 08:49:37 GMT",
            "Sun, 06 Nova 1994 08:49:37 GMT",
            "Sun, 06 Nov 1600 08:49:37 GMT",
            "Sun, 06 Nov 199 08:49:37 GMT",
            "Sun, 06 Nov 19940 08:49:37 GMT",
            "Sun, 99999999999999999999 Nov 1994 08:49:37 GMT",
            "Sun, 006 Nov 1994 08:49:37 GMT",
            "Su, 06 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08;49;37 GMT",
            "Sun, 06 Nov 1994 08:49:37 GMT\0",
            "\u{160}un, 06 Nov 1994 08:49:37 GMT",
            "0",
            "-1",
        ] {
            assert_eq!(at(text, 2026), Err(Error::InvalidParameter), "{text:?}");
        }
        assert_eq!(
            DateTime::parse_utf16(&[0x2053, u16::from(b'u')]),
            Err(Error::InvalidParameter)
        );
    }

    #[test]
    fn every_prefix_is_refused_or_read() {
        let text = "Sunday, 06-Nov-1994 08:49:37 GMT";
        for end in 0..text.len() {
            // Complete from the seconds on, with one digit of them or two.
            let complete = end >= "Sunday, 06-Nov-1994 08:49:3".len();
            let zone_cut = end > "Sunday, 06-Nov-1994 08:49:37 ".len();
            let read = at(&text[..end], 2026).is_ok();
            assert_eq!(read, complete && !zone_cut, "{}", &text[..end]);
        }
    }

    #[test]
    fn two_digits_of_a_year_are_at_most_fifty_years_ahead() {
        for (digits, now, year) in [
            ("94", 2026, 1994),
            ("76", 2026, 2076),
            ("77", 2026, 1977),
            ("00", 2026, 2000),
            ("20", 2090, 2120),
            ("41", 2090, 2041),
            ("40", 2090, 2140),
        ] {
            let text = format!("Sunday, 06-Nov-{digits} 08:49:37 GMT");
            assert_eq!(at(&text, now).unwrap().year, year, "{digits} in {now}");
        }
        assert!((2025..9999).contains(&this_year()));
    }

    #[test]
    fn a_leap_second_is_read_as_the_second_before() {
        let date = at("Sat, 31 Dec 2016 23:59:60 GMT", 2026).unwrap();
        assert_eq!((date.second, date.day_of_week), (59, 6));
    }

    #[test]
    fn refuses_to_write_what_is_no_date() {
        let ranges = [
            DateTime {
                year: 1600,
                ..EXAMPLE
            },
            DateTime {
                year: 30828,
                ..EXAMPLE
            },
            DateTime {
                month: 0,
                ..EXAMPLE
            },
            DateTime {
                month: 13,
                ..EXAMPLE
            },
            DateTime { day: 0, ..EXAMPLE },
            DateTime { day: 31, ..EXAMPLE },
            DateTime {
                hour: 24,
                ..EXAMPLE
            },
            DateTime {
                minute: 60,
                ..EXAMPLE
            },
            DateTime {
                second: 60,
                ..EXAMPLE
            },
            DateTime {
                millisecond: 1000,
                ..EXAMPLE
            },
            DateTime::default(),
        ];
        for date in ranges {
            assert_eq!(
                date.to_http_date(),
                Err(Error::InvalidParameter),
                "{date:?}"
            );
        }
    }

    /// Statements: functions 10.54.
    #[test]
    fn fc54_every_day_of_four_centuries_round_trips() {
        let mut weekday = 1; // 1 January 1601 was a Monday.
        for year in 1601..2001 {
            for month in 1..=12 {
                for day in 1..=days_of(year, month) {
                    let date = DateTime {
                        year,
                        month,
                        day_of_week: weekday,
                        day,
                        ..EXAMPLE
                    };
                    let text = date.to_http_date().unwrap();
                    assert_eq!(at(&text, 2026), Ok(date));
                    weekday = (weekday + 1) % 7;
                }
            }
        }
    }
}
