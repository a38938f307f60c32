import Crypto

/// A file of the rules with its content.
struct AccessFileContent: Sendable {
    var state: AccessFileState
    var bytes: [UInt8]

    init(file: String, bytes: [UInt8], modified: Int? = nil, isUnserved: Bool = false) {
        self.bytes = bytes
        state = AccessFileState(
            file: file, sha256: SHA256.hash(data: bytes).hex, modified: modified, isUnserved: isUnserved)
    }
}
