import GraphQLSchema

/// Milliseconds since 1970 of an RFC 3339 time (`2026-01-02T10:00:00Z`), or of a date in UTC.
///
/// Throws one sentence about an invalid text.
package func milliseconds(sinceEpoch text: String) throws(CoercionFailure) -> Int {
    let time = text.utf8.count == 10 ? try DateTimeText(date: text) : try DateTimeText(text, scalar: "A time")
    return ((daysSinceEpoch(time.year, time.month, time.day) * 24 + time.hour) * 60 + time.minute) * 60_000 + time
        .second * 1000 + time.microsecond / 1000
}

/// Proleptic Gregorian calendar, with years counted from March so that a leap day ends one.
private func daysSinceEpoch(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let year = month <= 2 ? year - 1 : year
    let era = year / 400, ofEra = year - era * 400
    let ofYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
}
