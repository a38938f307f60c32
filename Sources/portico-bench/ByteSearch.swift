/// Finds a short text in long ones (Horspool): skips up to its length at a time.
struct ByteSearch {
    private let text: [UInt8]
    /// The shift for each last byte.
    private let steps: [Int]

    /// - Parameter text: At least one byte.
    init(_ text: StaticString) {
        self.text = Array(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
        var steps = [Int](repeating: self.text.count, count: 256)
        for (index, byte) in self.text.dropLast().enumerated() { steps[Int(byte)] = self.text.count - 1 - index }
        self.steps = steps
    }

    /// The first occurrence.
    func first(in bytes: UnsafeRawBufferPointer) -> Int? {
        let last = text.count - 1
        return text.withUnsafeBufferPointer { text in
            steps.withUnsafeBufferPointer { steps in
                var end = last
                while end < bytes.count {
                    let byte = bytes[end]
                    if byte == text[last] {
                        var index = 0
                        while index < last, bytes[end - last + index] == text[index] { index += 1 }
                        if index == last { return end - last }
                    }
                    end += steps[Int(byte)]
                }
                return nil
            }
        }
    }
}
