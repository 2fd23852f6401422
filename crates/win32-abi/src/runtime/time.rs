//! Sleeping and telling the time.

use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Milliseconds argument that means "for ever".
const INFINITE: u32 = u32::MAX;
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
}

/// Year, month and day of a number of days after 1601-01-01, which begins a 400-year cycle of the calendar.
fn date_of(days: u64) -> (u64, u64, u64) {
    const LENGTHS: [u64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let (cycles, days) = (days / 146_097, days % 146_097);
    // The last century of a cycle and the last year of four have one day more: hence the limits.
    let centuries = (days / 36_524).min(3);
    let days = days - centuries * 36_524;
    let (fours, days) = (days / 1_461, days % 1_461);
    let years = (days / 365).min(3);
    let mut day = days - years * 365;
    let leap = years == 3 && (fours != 24 || centuries == 3);
    let year = 1601 + cycles * 400 + centuries * 100 + fours * 4 + years;
    let mut month = 0;
    for length in LENGTHS {
        let length = length + u64::from(month == 1 && leap);
        if day < length {
            break;
        }
        day -= length;
        month += 1;
    }
    (year, month + 1, day + 1)
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

/// `GetTickCount64`: milliseconds since the first call in this process, from a clock that never goes back.
#[unsafe(no_mangle)]
pub extern "C" fn openwinhttp_GetTickCount64() -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_millis() as u64
}

/// `GetSystemTimeAsFileTime`: now.
///
/// # Safety
/// `time` points to writable, aligned memory for the structure.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn openwinhttp_GetSystemTimeAsFileTime(time: *mut FILETIME) {
    let now = now();
    let value = FILETIME {
        dwLowDateTime: now as u32,
        dwHighDateTime: (now >> 32) as u32,
    };
    // SAFETY: the caller's promise.
    unsafe { time.write(value) };
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

#[cfg(test)]
mod tests {
    use super::*;
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
    }
}
