/// `wordpress_version` for `wordpressVersion`, `ssl_status` for `SSLStatus`, `subscription_id` for
/// `subscriptionId`: the default column.
public func snakeCase(_ name: String) -> String {
    func isUpper(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) }
    let bytes = Array(name.utf8)
    var result: [UInt8] = []
    for (index, byte) in bytes.enumerated() {
        guard isUpper(byte) else {
            result.append(byte)
            continue
        }
        let beginsWord =
            index > 0 && (!isUpper(bytes[index - 1]) || (index + 1 < bytes.count && !isUpper(bytes[index + 1])))
        if beginsWord, bytes[index - 1] != UInt8(ascii: "_") { result.append(UInt8(ascii: "_")) }
        result.append(byte | 0x20)
    }
    return String(decoding: result, as: UTF8.self)
}

/// `ticketId` for `Ticket`: the default key field of a relation to a type.
func keyFieldName(of name: String) -> String {
    guard let first = name.first else { return "id" }
    return first.lowercased() + name.dropFirst() + "Id"
}
