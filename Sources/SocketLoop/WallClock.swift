import Glibc

/// Time of day for requests; does not allocate.
package enum WallClock {
    /// Seconds since 1970.
    package static func seconds() -> Int { read(CLOCK_REALTIME).tv_sec }

    /// Milliseconds since 1970.
    package static func milliseconds() -> Int {
        let time = read(CLOCK_REALTIME)
        return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }

    /// Microseconds since 2000-01-01, as in PostgreSQL and ``ResponseBuffer``.
    package static func microsecondsSince2000() -> Int64 {
        let time = read(CLOCK_REALTIME)
        return (Int64(time.tv_sec) - 946_684_800) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }

    private static func read(_ clock: clockid_t) -> timespec {
        var time = timespec()
        clock_gettime(clock, &time)
        return time
    }
}
