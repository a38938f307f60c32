/// Writes families in Prometheus' text format 0.0.4
/// (https://prometheus.io/docs/instrumenting/exposition_formats).
struct PrometheusWriter {
    private(set) var bytes: [UInt8] = []

    mutating func write(_ family: PrometheusRegistry.Family) {
        let name = family.description.name
        write("# HELP \(name) \(Self.escaped(family.description.help, quotes: false))\n")
        write("# TYPE \(name) \(family.description.kind.rawValue)\n")
        for (labels, number) in family.series.sorted(by: { $0.key < $1.key }) {
            switch number {
            case .counter(let counter): line(name, labels, String(counter.value))
            case .sum(let sum): line(name, labels, Self.text(sum.value))
            case .gauge(let gauge): line(name, labels, Self.text(gauge.value))
            case .histogram(let histogram): write(name, labels, histogram)
            }
        }
    }

    /// Cumulative: the infinite bucket is the number of all values, even with concurrent ones.
    private mutating func write(_ name: String, _ labels: String, _ histogram: AtomicHistogram) {
        let (counts, sum) = histogram.snapshot
        var count: Int64 = 0
        for (index, own) in counts.enumerated() {
            count += own
            let bound = index < histogram.bounds.count ? Self.text(histogram.bounds[index]) : "+Inf"
            line(name + "_bucket", labels + (labels.isEmpty ? "" : ",") + "le=\"\(bound)\"", String(count))
        }
        line(name + "_sum", labels, Self.text(sum))
        line(name + "_count", labels, String(count))
    }

    private mutating func line(_ name: String, _ labels: String, _ value: String) {
        write(name)
        if !labels.isEmpty { write("{\(labels)}") }
        write(" \(value)\n")
    }

    private mutating func write(_ text: String) { bytes.append(contentsOf: text.utf8) }

    // MARK: Texts

    /// A valid metric name; other characters become `_`.
    static func name(_ text: String) -> String {
        let name = String(text.unicodeScalars.map { isNameCharacter($0) || $0 == ":" ? Character($0) : "_" })
        return name.first.map(\.isNumber) ?? true ? "_" + name : name
    }

    /// `a="1",b="2"`, sorted by name, so that their original order is irrelevant.
    static func labels(_ dimensions: [(String, String)]) -> String {
        dimensions.sorted { $0.0 < $1.0 }.map { label, value in
            let name = String(label.unicodeScalars.map { isNameCharacter($0) ? Character($0) : "_" })
            return "\(name)=\"\(escaped(value, quotes: true))\""
        }.joined(separator: ",")
    }

    private static func isNameCharacter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_": true
        default: false
        }
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// A number in Go's syntax; whole ones without a fraction.
    static func text(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if value.magnitude < 1e15, value == value.rounded() { return String(Int64(value)) }
        return String(value)
    }
}
