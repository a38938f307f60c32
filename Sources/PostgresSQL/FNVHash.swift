/// 64-bit FNV-1a: fast, the same in every process, not collision-resistant.
public struct FNVHash {
    public private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    public init() {}

    public mutating func mix(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }

    public mutating func mix(_ text: String) {
        var text = text, hash = self
        text.withUTF8 { for byte in $0 { hash.mix(byte) } }
        self = hash
    }
}
