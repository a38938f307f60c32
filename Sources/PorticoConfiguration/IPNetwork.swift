import SocketLoop

/// A network such as `10.0.0.0/8` or `fd00::/8`, or a single address.
struct IPNetwork: Sendable, Hashable {
    let address: IPAddress
    let prefix: Int

    /// `nil` for an invalid text; bits after the prefix are ignored.
    init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(String(parts[0])) else { return nil }
        self.address = address
        let bits = address.bytes.count * 8
        guard parts.count == 2 else {
            prefix = bits
            return
        }
        guard let prefix = Int(parts[1]), parts[1].allSatisfy(\.isWholeNumber), (0...bits).contains(prefix) else {
            return nil
        }
        self.prefix = prefix
    }

    func contains(_ other: IPAddress) -> Bool {
        guard other.bytes.count == address.bytes.count else { return false }
        var left = prefix
        for (own, theirs) in zip(address.bytes, other.bytes) where left > 0 {
            let mask = left >= 8 ? 0xFF : ~(UInt8(0xFF) >> UInt8(left))
            guard own & mask == theirs & mask else { return false }
            left -= 8
        }
        return true
    }
}
