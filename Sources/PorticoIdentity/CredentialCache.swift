import Glibc

/// What a client presented to identify itself.
struct Credential: Hashable, Sendable {
    enum Kind: UInt8, Sendable { case bearer, apiKey, certificate }

    var kind: Kind
    var bytes: [UInt8]

    func hasBytes(_ others: UnsafeRawBufferPointer) -> Bool {
        bytes.withUnsafeBytes { own in
            guard own.count == others.count else { return false }
            guard let first = own.baseAddress, let second = others.baseAddress else { return true }
            return memcmp(first, second, own.count) == 0
        }
    }
}

enum CredentialCacheLimits {
    /// Verified credentials per worker, about a kilobyte each. Guards against endless tokens.
    static let entries = 10_000
    /// Rejected credentials per worker.
    static let rejected = 256
    /// Seconds for which a rejected credential is cached. Guards against one that is sent in a
    /// loop, each time at the price of a signature.
    static let rejectedSeconds = 2
}

/// An LRU cache of verified credentials by their bytes, and of rejected ones for a moment.
///
/// A look-up costs one pass over the bytes, and no allocation. Since bytes are compared, a hash
/// collision only costs a verification.
final class CredentialCache<Value> {
    private final class Entry {
        let credential: Credential
        let value: Value
        let hash: UInt64
        unowned(unsafe) var newer: Entry?
        unowned(unsafe) var older: Entry?

        init(credential: Credential, value: Value, hash: UInt64) {
            (self.credential, self.value, self.hash) = (credential, value, hash)
        }
    }

    private let capacity: Int
    private let seed = UInt64.random(in: .min ... .max)
    private var entries: [UInt64: Entry] = [:]
    // The list has unowned links: the dictionary owns every entry in it.
    private unowned(unsafe) var newest: Entry?
    private unowned(unsafe) var oldest: Entry?
    private var rejected: [Credential: (failure: AuthenticationFailure, until: Int)] = [:]

    init(capacity: Int = CredentialCacheLimits.entries) { self.capacity = max(1, capacity) }

    var count: Int { entries.count }

    func find(_ kind: Credential.Kind, _ bytes: UnsafeRawBufferPointer) -> Value? {
        guard let entry = entries[hash(kind, bytes)], entry.credential.kind == kind, entry.credential.hasBytes(bytes)
        else { return nil }
        if entry !== newest {
            unlink(entry)
            link(entry)
        }
        return entry.value
    }

    func insert(_ credential: Credential, _ value: Value) {
        let hash = credential.bytes.withUnsafeBytes { self.hash(credential.kind, $0) }
        if let former = entries[hash] { remove(former) }
        if entries.count >= capacity, let oldest { remove(oldest) }
        let entry = Entry(credential: credential, value: value, hash: hash)
        entries[hash] = entry
        link(entry)
    }

    func remove(_ credential: Credential) {
        let hash = credential.bytes.withUnsafeBytes { self.hash(credential.kind, $0) }
        if let entry = entries[hash], entry.credential == credential { remove(entry) }
    }

    /// Evicts matching entries, and all rejected ones.
    func removeAll(where mustGo: (Value) -> Bool) {
        for entry in entries.values where mustGo(entry.value) { remove(entry) }
        rejected.removeAll()
    }

    // MARK: Rejected credentials

    func rejection(of credential: Credential, now: Int) -> AuthenticationFailure? {
        guard let entry = rejected[credential] else { return nil }
        if entry.until > now { return entry.failure }
        rejected[credential] = nil
        return nil
    }

    func reject(_ credential: Credential, _ failure: AuthenticationFailure, now: Int) {
        if rejected.count >= CredentialCacheLimits.rejected { rejected.removeAll(keepingCapacity: true) }
        rejected[credential] = (failure, now + CredentialCacheLimits.rejectedSeconds)
    }

    // MARK: The list

    private func remove(_ entry: Entry) {
        unlink(entry)
        entries[entry.hash] = nil
    }

    private func link(_ entry: Entry) {
        entry.older = newest
        entry.newer = nil
        newest?.newer = entry
        newest = entry
        if oldest == nil { oldest = entry }
    }

    private func unlink(_ entry: Entry) {
        if let newer = entry.newer { newer.older = entry.older } else { newest = entry.older }
        if let older = entry.older { older.newer = entry.newer } else { oldest = entry.newer }
        entry.newer = nil
        entry.older = nil
    }

    /// A word at a time, with the worker's own seed.
    private func hash(_ kind: Credential.Kind, _ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var state = seed ^ UInt64(kind.rawValue)
        var offset = 0
        while offset + 8 <= bytes.count {
            state = Self.mix(state ^ bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset += 8
        }
        var rest = UInt64(bytes.count) << 56
        while offset < bytes.count {
            rest = rest << 8 ^ UInt64(bytes[offset])
            offset += 1
        }
        return Self.mix(state ^ rest)
    }

    private static func mix(_ word: UInt64) -> UInt64 {
        let product = word.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return product.high ^ product.low
    }
}
