import Glibc
import JSONBytes

enum MomentText {
    /// The current time in PostgreSQL's text form: RFC 3339 in UTC with microseconds.
    static func now() -> [UInt8] {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let secondsTo2000 = 946_684_800
        let microseconds = (Int64(time.tv_sec) - Int64(secondsTo2000)) * 1_000_000 + Int64(time.tv_nsec) / 1_000
        let buffer = ResponseBuffer(capacity: 32)
        return buffer.appendDateTime(microsecondsSince2000: microseconds) ? buffer.takeBytes() : Array("now".utf8)
    }
}
