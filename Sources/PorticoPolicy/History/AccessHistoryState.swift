import Crypto
import ExactText

/// Which files of the rules were in force at some time.
public struct AccessHistoryState: Sendable, Equatable {
    /// By name; without removed files.
    public private(set) var files: [ExactString: AccessFileState] = [:]
    /// The last record applied.
    public private(set) var last: AccessRecord?

    public init() {}

    /// Applies one record.
    public mutating func apply(_ record: AccessRecord) {
        last = record
        switch record.event {
        case .rules: files = Dictionary(record.files.map { (ExactString($0.file), $0) }, uniquingKeysWith: { $1 })
        case .start, .change: for file in record.files { files[file.file] = file.sha256 == nil ? nil : file }
        case .stop, .refusal: break
        }
    }

    /// The files, sorted by name.
    public var sorted: [AccessFileState] {
        files.values.sorted { $0.file.utf8.lexicographicallyPrecedes($1.file.utf8) }
    }

    /// The SHA-256 of what `sha256sum` prints for the files, sorted by name: gateways with equal
    /// fingerprints have the same rules.
    public var fingerprint: String {
        var hash = SHA256()
        for file in sorted { hash.update(data: Array("\(file.sha256 ?? "")  \(file.file)\n".utf8)) }
        return hash.finalize().hex
    }
}

extension Sequence<UInt8> {
    /// Two hexadecimal digits for each byte.
    var hex: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
