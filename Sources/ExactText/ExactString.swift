import Glibc

/// A string that compares by its bytes: the type of identities and keys.
///
/// Swift's `String` treats canonically equivalent texts as equal, such as `K` and the KELVIN SIGN
/// (U+212A), or `é` as one scalar and as two; PostgreSQL compares bytes. If the gateway confused
/// two users, tenants or keys that the database distinguishes, one of them would be served as the
/// other. So nothing that identifies a viewer, or the rules, rows and cached results of one, is
/// compared or looked up as a `String`.
public struct ExactString: Sendable {
    public let text: String

    public init(_ text: String) { self.text = text }
}

extension ExactString: Hashable, Comparable {
    public static func == (left: ExactString, right: ExactString) -> Bool { left.text.hasSameBytes(as: right.text) }

    public func hash(into hasher: inout Hasher) {
        let isDone: Void? = text.utf8.withContiguousStorageIfAvailable {
            hasher.combine(bytes: UnsafeRawBufferPointer($0))
        }
        if isDone == nil { for byte in text.utf8 { hasher.combine(byte) } }
        // Not a UTF-8 byte: terminates a text when several are hashed in sequence.
        hasher.combine(0xFF as UInt8)
    }

    /// By bytes, which is the order of the Unicode scalars.
    public static func < (left: ExactString, right: ExactString) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }
}

extension ExactString: CustomStringConvertible, CustomDebugStringConvertible {
    public var description: String { text }
    public var debugDescription: String { text.debugDescription }
}

/// A literal keeps its bytes.
extension ExactString: ExpressibleByStringInterpolation {
    public init(stringLiteral text: String) { self.text = text }
}

extension ExactString {
    public var isEmpty: Bool { text.isEmpty }

    /// Whether the two differ only in the case of the letters A to Z. Other letters have no case
    /// here: lowercasing the KELVIN SIGN would give `k`.
    public func isSameInASCIICase(as other: ExactString) -> Bool {
        func folded(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }
        return text.utf8.elementsEqual(other.text.utf8) { folded($0) == folded($1) }
    }
}

extension String {
    /// Whether the two have the same UTF-8 bytes.
    public func hasSameBytes(as other: String) -> Bool {
        let count = utf8.count
        guard count == other.utf8.count else { return false }
        let isSame = utf8.withContiguousStorageIfAvailable { own in
            other.utf8.withContiguousStorageIfAvailable { others in
                guard let one = own.baseAddress, let two = others.baseAddress else { return true }
                return memcmp(one, two, count) == 0
            }
        }
        return isSame.flatMap(\.self) ?? utf8.elementsEqual(other.utf8)
    }
}
