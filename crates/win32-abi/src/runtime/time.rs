//! Sleeping and telling the time.

use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::{ERROR_INVALID_PARAMETER, INFINITE, last_error};

/// From the epoch of `FILETIME` (1601) to that of Unix (1970), in units of 100 ns.
const UNIX_EPOCH_AS_FILETIME: u64 = 116_444_736_000_000_000;
const TICKS_PER_MILLISECOND: u64 = 10_000;

/// A moment: 100 ns units since 1601-01-01 UTC, in two halves.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(non_snake_case, reason = "Microsoft's field names")]
pub struct FILETIME {
    /// The lower 32 bits.
    pub dwLowDateTime: u32,
    /// The upper 32 bits.
    pub dwHighDateTime: u32,
}

/// A moment as a calendar and a clock show it.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(non_snake_case, reason = "Microsoft's field names")]
pub struct SYSTEMTIME {
    /// 1601 and later.
    pub wYear: u16,
    /// 1 to 12.
    pub wMonth: u16,
    /// 0 (Sunday) to 6.
    pub wDayOfWeek: u16,
    /// 1 to 31.
    pub wDay: u16,
    /// 0 to 23.
    pub wHour: u16,
    /// 0 to 59.
    pub wMinute: u16,
    /// 0 to 59.
    pub wSecond: u16,
    /// 0 to 999.
    pub wMilliseconds: u16,
}

impl SYSTEMTIME {
    /// The moment `ticks` units of 100 ns after 1601-01-01 UTC. Years beyond 65535 wrap.
    fn from_ticks(ticks: u64) -> Self {
        let milliseconds = ticks / TICKS_PER_MILLISECOND;
        let days = milliseconds / 86_400_000;
        let of_day = milliseconds % 86_400_000;
        let (year, month, day) = date_of(days);
        Self {
            wYear: year as u16,
            wMonth: month as u16,
            wDayOfWeek: ((days + 1) % 7) as u16, // 1601-01-01 was a Monday
            wDay: day as u16,
            wHour: (of_day / 3_600_000) as u16,
            wMinute: (of_day / 60_000 % 60) as u16,
            wSecond: (of_day / 1_000 % 60) as u16,
            wMilliseconds: (of_day % 1_000) as u16,
        }
    }

    /// The moment, unless there is no such date or time of day.
    pub(super) fn to_ticks(self) -> Option<u64> {
        let [year, month, day] = [self.wYear, self.wMonth, self.wDay].map(u64::from);
        if !(1601..=30827).contains(&year)
            || !(1..=12).contains(&month)
            || day == 0
            || self.wHour > 23
            || self.wMinute > 59
            || self.wSecond > 59
            || self.wMilliseconds > 999
        {
            return None;
        }
        let before = year - 1601;
        let new_year = before * 365 + before / 4 - before / 100 + before / 400;
        let months: u64 = (1..month)
            .map(|month| month_length(month, is_leap(year)))
            .sum();
        if day > month_length(month, is_leap(year)) {
            return None;
        }
        let days = new_year + months + day - 1;
        let [hour, minute, second] = [self.wHour, self.wMinute, self.wSecond].map(u64::from);
        let seconds = ((days * 24 + hour) * 60 + minute) * 60 + second;
        Some((seconds * 1000 + u64::from(self.wMilliseconds)) * TICKS_PER_MILLISECOND)
    }
}

impl FILETIME {
    pub(super) fn from_ticks(ticks: u64) -> Self {
        Self {
            dwLowDateTime: ticks as u32,
            dwHighDateTime: (ticks >> 32) as u32,
        }
    }

    pub(super) fn to_ticks(self) -> u64 {
        u64::from(self.dwHighDateTime) << 32 | u64::from(self.dwLowDateTime)
    }
}

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

/// Days of a month, which counts from 1.
fn month_length(month: u64, leap: bool) -> u64 {
    match month {
        2 => 28 + u64::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Year, month and day of a number of days after 1601-01-01, which begins a 400-year cycle of the calendar.
fn date_of(days: u64) -> (u64, u64, u64) {
    let (cycles, days) = (days / 146_097, days % 146_097);
    // The last century of a cycle and the last year of four have one day more: hence the limits.
    let centuries = (days / 36_524).min(3);
    let days = days - centuries * 36_524;
    let (fours, days) = (days / 1_461, days % 1_461);
    let years = (days / 365).min(3);
    let mut day = days - years * 365;
    let leap = years == 3 && (fours != 24 || centuries == 3);
    let year = 1601 + cycles * 400 + centuries * 100 + fours * 4 + years;
    let mut month = 1;
    while day >= month_length(month, leap) {
        day -= month_length(month, leap);
        month += 1;
    }
    (year, month, day + 1)
}

/// Now, in units of 100 ns since 1601; a clock set before that gives 0.
fn now() -> u64 {
    let since_1970 = match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(after) => i128::try_from(after.as_nanos() / 100).unwrap_or(i128::MAX / 2),
        Err(before) => -i128::try_from(before.duration().as_nanos() / 100).unwrap_or(i128::MAX / 2),
    };
    u64::try_from(since_1970 + i128::from(UNIX_EPOCH_AS_FILETIME)).unwrap_or(0)
}

/// `Sleep`: suspends the calling thread for some milliseconds, for ever if `INFINITE`.
#[unsafe(no_mangle)]
pub extern "C" fn openwinhttp_Sleep(milliseconds: u32) {
    match milliseconds {
        0 => thread::yield_now(),
        INFINITE => loop {
            thread::park();
        },
        _ => thread::sleep(Duration::from_millis(milliseconds.into())),
    }
}

/// Since the first call, on a clock that never goes back.
fn elapsed() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}

/// This image's `GetTickCount64`.
pub(super) extern "C" fn tick_count_local() -> u64 {
    elapsed().as_millis() as u64
}

/// This image's `openwinhttp_PerformanceCounter`.
pub(super) extern "C" fn performance_counter_local() -> i64 {
    (elapsed().as_nanos() / 100) as i64
}

/// `GetSystemTimeAsFileTime`: now.
///
/// # Safety
/// `time` points to writable, aligned memory for the structure.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn openwinhttp_GetSystemTimeAsFileTime(time: *mut FILETIME) {
    // SAFETY: the caller's promise.
    unsafe { time.write(FILETIME::from_ticks(now())) };
}

/// `GetSystemTime`: now, in UTC.
///
/// # Safety
/// `time` points to writable, aligned memory for the structure.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn openwinhttp_GetSystemTime(time: *mut SYSTEMTIME) {
    // SAFETY: the caller's promise.
    unsafe { time.write(SYSTEMTIME::from_ticks(now())) };
}

/// `GetLocalTime`: now, as the clocks here show it.
///
/// # Safety
/// `time` points to writable, aligned memory for the structure.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn openwinhttp_GetLocalTime(time: *mut SYSTEMTIME) {
    let now = now();
    let seconds = (now / (TICKS_PER_MILLISECOND * 1000)).cast_signed()
        - (UNIX_EPOCH_AS_FILETIME / (TICKS_PER_MILLISECOND * 1000)).cast_signed();
    let mut local = core::mem::MaybeUninit::<libc::tm>::zeroed();
    // A `time_t` of 32 bits is as wrong here as everywhere else on such a system.
    let seconds = seconds as libc::time_t;
    // SAFETY: a moment and room for its parts.
    let offset = match unsafe { libc::localtime_r(&raw const seconds, local.as_mut_ptr()) } {
        parts if parts.is_null() => 0,
        // SAFETY: filled in.
        _ => unsafe { local.assume_init() }.tm_gmtoff,
    };
    #[allow(clippy::unnecessary_cast, reason = "the type differs between systems")]
    let offset = offset as i64 * (TICKS_PER_MILLISECOND * 1000).cast_signed();
    // SAFETY: the caller's promise.
    unsafe { time.write(SYSTEMTIME::from_ticks(now.saturating_add_signed(offset))) };
}

/// `SystemTimeToFileTime`: the moment of a date and a time of day, the day of the week ignored. 0 and
/// `ERROR_INVALID_PARAMETER` for a date that there is not, from 1601 to 30827.
///
/// # Safety
/// Both point to their structures, the second one writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn openwinhttp_SystemTimeToFileTime(
    system_time: *const SYSTEMTIME,
    file_time: *mut FILETIME,
) -> i32 {
    // SAFETY: the caller's promise.
    let ticks = unsafe { system_time.read() }.to_ticks();
    let Some(ticks) = ticks else {
        last_error::set(ERROR_INVALID_PARAMETER);
        return 0;
    };
    // SAFETY: the caller's promise.
    unsafe { file_time.write(FILETIME::from_ticks(ticks)) };
    1
}

/// `FileTimeToSystemTime`: date and time of day of a moment. 0 and `ERROR_INVALID_PARAMETER` from 2^63 on.
///
/// # Safety
/// Both point to their structures, the second one writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn openwinhttp_FileTimeToSystemTime(
    file_time: *const FILETIME,
    system_time: *mut SYSTEMTIME,
) -> i32 {
    // SAFETY: the caller's promise.
    let ticks = unsafe { file_time.read() }.to_ticks();
    if ticks >= 1 << 63 {
        last_error::set(ERROR_INVALID_PARAMETER);
        return 0;
    }
    // SAFETY: the caller's promise.
    unsafe { system_time.write(SYSTEMTIME::from_ticks(ticks)) };
    1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::{openwinhttp_GetTickCount64, openwinhttp_PerformanceCounter};
    use core::mem::MaybeUninit;

    fn ticks(unix_seconds: i64) -> u64 {
        (unix_seconds * 10_000_000 + UNIX_EPOCH_AS_FILETIME as i64) as u64
    }

    fn fields(unix_seconds: i64) -> [u16; 7] {
        let time = SYSTEMTIME::from_ticks(ticks(unix_seconds));
        let SYSTEMTIME {
            wYear,
            wMonth,
            wDay,
            wDayOfWeek,
            wHour,
            wMinute,
            wSecond,
            ..
        } = time;
        [wYear, wMonth, wDay, wDayOfWeek, wHour, wMinute, wSecond]
    }

    #[test]
    fn known_dates() {
        // Seconds as printed by `date -u -d … +%s`; the weekday counts from Sunday.
        assert_eq!(fields(0), [1970, 1, 1, 4, 0, 0, 0]);
        assert_eq!(fields(951_827_696), [2000, 2, 29, 2, 12, 34, 56]);
        assert_eq!(fields(1_709_251_199), [2024, 2, 29, 4, 23, 59, 59]);
        assert_eq!(fields(978_307_199), [2000, 12, 31, 0, 23, 59, 59]);
        assert_eq!(fields(-2_203_891_201), [1900, 2, 28, 3, 23, 59, 59]);
        assert_eq!(fields(-2_203_891_200), [1900, 3, 1, 4, 0, 0, 0]);
        assert_eq!(fields(4_107_542_400), [2100, 3, 1, 1, 0, 0, 0]);
        assert_eq!(SYSTEMTIME::from_ticks(0).wYear, 1601);
        assert_eq!(SYSTEMTIME::from_ticks(0).wDayOfWeek, 1);
        assert_eq!(
            SYSTEMTIME::from_ticks(ticks(0) + 12_345_678).wMilliseconds,
            234
        );
    }

    #[test]
    fn every_day_of_a_cycle_follows_the_one_before() {
        let mut expected = (1601, 1, 1);
        for day in 0..146_097 + 800 {
            assert_eq!(date_of(day), expected, "day {day}");
            let (year, month, date) = expected;
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let length = match month {
                2 => 28 + u64::from(leap),
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            expected = match (month, date) {
                (12, 31) => (year + 1, 1, 1),
                (month, date) if date == length => (year, month + 1, 1),
                _ => (year, month, date + 1),
            };
        }
    }

    #[test]
    fn the_clocks_agree() {
        let mut file_time = MaybeUninit::uninit();
        let mut system_time = MaybeUninit::uninit();
        // SAFETY: room for the structures, which are written.
        let (file_time, system_time) = unsafe {
            openwinhttp_GetSystemTimeAsFileTime(file_time.as_mut_ptr());
            openwinhttp_GetSystemTime(system_time.as_mut_ptr());
            (file_time.assume_init(), system_time.assume_init())
        };
        let now = u64::from(file_time.dwHighDateTime) << 32 | u64::from(file_time.dwLowDateTime);
        assert!(now > ticks(1_700_000_000));
        assert!(system_time.wYear >= SYSTEMTIME::from_ticks(now).wYear);
        let earlier = openwinhttp_GetTickCount64();
        openwinhttp_Sleep(2);
        openwinhttp_Sleep(0);
        assert!(openwinhttp_GetTickCount64() > earlier);
        assert!(openwinhttp_PerformanceCounter() > earlier.cast_signed() * 10_000);
    }

    #[test]
    fn dates_and_moments_turn_into_each_other() {
        let there_and_back = |system_time: SYSTEMTIME| {
            let mut file_time = FILETIME::from_ticks(0);
            let mut back = SYSTEMTIME::from_ticks(0);
            // SAFETY: live structures.
            let ok = unsafe {
                openwinhttp_SystemTimeToFileTime(&raw const system_time, &raw mut file_time) != 0
                    && openwinhttp_FileTimeToSystemTime(&raw const file_time, &raw mut back) != 0
            };
            ok.then_some(back)
        };
        for day in (0..146_097 * 4).step_by(13).chain([59, 60, 1154, 1155]) {
            let time = SYSTEMTIME::from_ticks(day * 864_000_000_000 + 123_456_780_000);
            assert_eq!(there_and_back(time), Some(time));
            let other = SYSTEMTIME {
                wDayOfWeek: 9,
                ..time
            };
            assert_eq!(there_and_back(other), Some(time));
        }
        let last = SYSTEMTIME::from_ticks((1 << 63) - 1);
        assert!(last.wYear == 30828 && there_and_back(last).is_none());
        let good = SYSTEMTIME::from_ticks(ticks(951_827_696));
        for bad in [
            SYSTEMTIME {
                wYear: 1600,
                ..good
            },
            SYSTEMTIME {
                wYear: 2001,
                ..good
            },
            SYSTEMTIME { wMonth: 0, ..good },
            SYSTEMTIME { wMonth: 13, ..good },
            SYSTEMTIME { wDay: 0, ..good },
            SYSTEMTIME { wDay: 30, ..good },
            SYSTEMTIME { wHour: 24, ..good },
            SYSTEMTIME {
                wMinute: 60,
                ..good
            },
            SYSTEMTIME {
                wSecond: 60,
                ..good
            },
            SYSTEMTIME {
                wMilliseconds: 1000,
                ..good
            },
        ] {
            last_error::set(0);
            assert_eq!(there_and_back(bad), None, "{bad:?}");
            assert_eq!(last_error::get(), ERROR_INVALID_PARAMETER);
        }
        let file_time = FILETIME::from_ticks(1 << 63);
        let mut time = good;
        // SAFETY: live structures.
        let ok = unsafe { openwinhttp_FileTimeToSystemTime(&raw const file_time, &raw mut time) };
        assert_eq!(ok, 0);
    }

    #[test]
    fn local_time_is_near() {
        let mut time = SYSTEMTIME::from_ticks(0);
        // SAFETY: a live structure.
        unsafe { openwinhttp_GetLocalTime(&raw mut time) };
        let local = time.to_ticks().unwrap();
        assert!(local.abs_diff(now()) < 15 * 3600 * 10_000_000, "{time:?}");
    }
}
