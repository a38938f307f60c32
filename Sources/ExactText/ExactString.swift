import Glibc

/// A text that is equal to another where its bytes are, and only there: what identities and keys
/// are.
///
/// Swift's `String` takes canonically equivalent texts for one, such as `K` and the KELVIN SIGN
/// (U+212A), or `é` as one scalar and as two; PostgreSQL compares bytes. Where the gateway took two
/// users, tenants or keys for one that the database tells apart, one of them would be served as the
/// other. So nothing that says who somebody is, or what rules, rows and cached results belong to
/// them, is compared or looked up as a `String`.
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
        // No byte of UTF-8: where several texts are hashed behind each other, it tells where one
        // ends.
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

/// What a source file spells keeps its bytes.
extension ExactString: ExpressibleByStringInterpolation {
    public init(stringLiteral text: String) { self.text = text }
}

extension ExactString {
    public var isEmpty: Bool { text.isEmpty }

    /// Whether the two differ in nothing but the case of the letters A to Z. Other letters have no
    /// cases here: `K` is what the KELVIN SIGN becomes in small letters.
    public func isSameInASCIICase(as other: ExactString) -> Bool {
        func folded(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }
        return text.utf8.elementsEqual(other.text.utf8) { folded($0) == folded($1) }
    }
}

extension String {
    /// Whether the two are the same bytes in UTF-8.
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
