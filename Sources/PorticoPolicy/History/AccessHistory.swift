import PlainFiles

/// The audit trail of access rules in its folder.
public struct AccessHistory: Sendable {
    /// Why it cannot be read. The description is for the operator.
    public struct Failure: Error, Sendable, CustomStringConvertible {
        public var description: String

        public init(description: String) { self.description = description }
    }

    private let folder: AccessHistoryFolder
    private let numbers: [Int]
    /// Lines that are not records of a trail.
    public private(set) var unreadableLines = 0

    /// - Throws: ``Failure`` if there is no trail.
    public init(folder path: String) throws(Failure) {
        folder = AccessHistoryFolder(path: path)
        guard let numbers = folder.numbers(), !numbers.isEmpty else {
            throw Failure(description: "there is no history of access rules in \(path)")
        }
        self.numbers = numbers
    }

    /// All records in order, without the snapshots at the beginning of each file but the first.
    public mutating func records() throws(Failure) -> [AccessRecord] {
        var records: [AccessRecord] = []
        for number in numbers {
            for line in try lines(number) where !line.starts(with: AccessHistoryLine.textPrefix) {
                guard case .record(let record)? = AccessHistoryLine(Array(line)) else {
                    unreadableLines += 1
                    continue
                }
                if record.event != .rules { records.append(record) }
            }
        }
        return records
    }

    /// The rules in force at a time, with texts by hash; `nil` if the trail begins later.
    /// - Parameter time: Milliseconds since 1970.
    public func state(at time: Int) throws(Failure) -> (state: AccessHistoryState, texts: [String: [UInt8]])? {
        for number in numbers.reversed() {
            var state = AccessHistoryState()
            var texts: [String: [UInt8]] = [:]
            for line in try lines(number) {
                switch AccessHistoryLine(Array(line)) {
                case .text(let hash, let bytes)?: texts[hash] = bytes
                case .record(let record)?: if record.time <= time { state.apply(record) }
                case nil: break
                }
            }
            if state.last != nil { return (state, texts) }
        }
        return nil
    }

    private func lines(_ number: Int) throws(Failure) -> [ArraySlice<UInt8>] {
        do throws(FileFailure) {
            return try folder.lines(of: number)
        } catch {
            // A gateway that rotates the trail may have removed the oldest file meanwhile.
            if error.errno == 2 { return [] }
            throw Failure(description: "\(folder.file(number)) cannot be read: \(error.reason)")
        }
    }
}
