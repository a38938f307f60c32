import Glibc
import PostgresSQL

/// The parameters of one call in libpq's form, in memory that is reused for the next call.
final class ParameterScratch {
    /// A buffer that one huge request has enlarged beyond this is released afterwards.
    private static let keptBytes = 1 << 20

    private var bytes: UnsafeMutablePointer<CChar>
    private var byteCapacity = 4096
    private(set) var values: UnsafeMutablePointer<UnsafePointer<CChar>?>
    private(set) var lengths: UnsafeMutablePointer<Int32>
    private(set) var formats: UnsafeMutablePointer<Int32>
    private var capacity = 16

    init() {
        bytes = .allocate(capacity: byteCapacity)
        values = .allocate(capacity: capacity)
        lengths = .allocate(capacity: capacity)
        formats = .allocate(capacity: capacity)
    }

    deinit {
        bytes.deallocate()
        values.deallocate()
        lengths.deallocate()
        formats.deallocate()
    }

    /// - Returns: false if a text holds a NUL, where libpq would truncate it.
    func fill(_ parameters: [ParameterValue]) -> Bool {
        reserve(parameters)
        var end = bytes
        for (index, parameter) in parameters.enumerated() {
            switch parameter {
            case .null:
                values[index] = nil
                lengths[index] = 0
                formats[index] = 0
            case .text(let text):
                let start = end
                values[index] = UnsafePointer(start)
                lengths[index] = Int32(truncatingIfNeeded: text.count)
                formats[index] = 0
                guard append(text, to: &end), memchr(start, 0, text.count) == nil else { return false }
                end.pointee = 0
                end += 1
            case .binary(let value):
                values[index] = UnsafePointer(end)
                lengths[index] = Int32(truncatingIfNeeded: value.count)
                formats[index] = 1
                guard append(value, to: &end) else { return false }
            }
        }
        return true
    }

    private func append(_ value: [UInt8], to end: inout UnsafeMutablePointer<CChar>) -> Bool {
        guard value.count <= Int(Int32.max) else { return false }
        value.withUnsafeBytes { if let base = $0.baseAddress { memcpy(end, base, $0.count) } }
        end += value.count
        return true
    }

    private func reserve(_ parameters: [ParameterValue]) {
        // One more byte each, to terminate a text and to give an empty value an address.
        var needed = parameters.count + 1
        for parameter in parameters {
            switch parameter {
            case .null: break
            case .text(let value), .binary(let value): needed += value.count
            }
        }
        if needed > byteCapacity || (byteCapacity > Self.keptBytes && needed < Self.keptBytes) {
            bytes.deallocate()
            byteCapacity = max(4096, needed)
            bytes = .allocate(capacity: byteCapacity)
        }
        guard parameters.count > capacity else { return }
        values.deallocate()
        lengths.deallocate()
        formats.deallocate()
        capacity = 2 * parameters.count
        values = .allocate(capacity: capacity)
        lengths = .allocate(capacity: capacity)
        formats = .allocate(capacity: capacity)
    }
}
