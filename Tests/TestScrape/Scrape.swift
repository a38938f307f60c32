/// Prometheus' text format 0.0.4, read as strictly as it is written down: whatever a scraper could
/// stumble over is an error.
public struct Scrape {
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    public struct Family {
        public var kind = ""
        public var help = ""
        /// By name (of a histogram with its suffix) and labels.
        public var samples: [Sample] = []
    }

    public struct Sample {
        public let name: String
        public let labels: [String: String]
        public let value: Double
    }

    public private(set) var families: [String: Family] = [:]

    public init(_ text: String) throws {
        guard text.hasSuffix("\n") else { throw Failure(description: "the last line does not end") }
        var current: String?
        for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("# ") {
                let words = line.split(separator: " ", maxSplits: 3)
                guard words.count == 4 else { throw Failure(description: "\(line)") }
                let name = String(words[2])
                switch words[1] {
                case "HELP":
                    guard families[name] == nil else { throw Failure(description: "\(name) is described twice") }
                    families[name] = Family(help: String(words[3]))
                    current = name
                case "TYPE":
                    guard current == name, families[name]?.kind == "" else {
                        throw Failure(description: "TYPE of \(name) stands apart from its HELP")
                    }
                    guard ["counter", "gauge", "histogram"].contains(words[3]) else {
                        throw Failure(description: "\(line)")
                    }
                    families[name]?.kind = String(words[3])
                default: throw Failure(description: "\(line)")
                }
            } else {
                let sample = try Self.sample(line)
                guard let family = current, let kind = families[family]?.kind, !kind.isEmpty else {
                    throw Failure(description: "\(sample.name) has no TYPE")
                }
                let names = kind == "histogram" ? ["_bucket", "_sum", "_count"].map { family + $0 } : [family]
                guard names.contains(sample.name) else {
                    throw Failure(description: "\(sample.name) stands below \(family)")
                }
                if families[family]?.samples.contains(where: { $0.name == sample.name && $0.labels == sample.labels })
                    == true
                {
                    throw Failure(description: "twice: \(line)")
                }
                families[family]?.samples.append(sample)
            }
        }
        for (name, family) in families where family.kind == "histogram" { try Self.check(name, family) }
    }

    /// The value of a sample with exactly these labels; `nil` where there is none.
    public func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        for family in families.values {
            for sample in family.samples where sample.name == name && sample.labels == labels { return sample.value }
        }
        return nil
    }

    /// The sum of all samples of that name that have at least these labels.
    public func sum(_ name: String, _ labels: [String: String] = [:]) -> Double {
        families.values.flatMap(\.samples).filter { $0.name == name && $0.labels.merging(labels) { $1 } == $0.labels }
            .reduce(0) { $0 + $1.value }
    }

    // MARK: Lines

    private static func sample(_ line: Substring) throws -> Sample {
        var rest = line
        let name = take(&rest) { $0.isLetter || $0.isNumber || $0 == "_" || $0 == ":" }
        guard let first = name.first, !first.isNumber, name.allSatisfy(\.isASCII) else {
            throw Failure(description: "no name: \(line)")
        }
        var labels: [String: String] = [:]
        if rest.first == "{" {
            rest.removeFirst()
            while true {
                let label = take(&rest) { $0.isLetter || $0.isNumber || $0 == "_" }
                guard !label.isEmpty, label.allSatisfy(\.isASCII), rest.hasPrefix("=\"") else {
                    throw Failure(description: "no label: \(line)")
                }
                rest.removeFirst(2)
                guard labels.updateValue(try quoted(&rest), forKey: label) == nil else {
                    throw Failure(description: "a label stands twice: \(line)")
                }
                guard let next = rest.popFirst() else { throw Failure(description: "the labels do not end: \(line)") }
                if next == "}" { break }
                guard next == "," else { throw Failure(description: "a comma is missing: \(line)") }
            }
        }
        guard rest.first == " " else { throw Failure(description: "no value: \(line)") }
        let text = rest.dropFirst()
        guard let value = text == "+Inf" ? .infinity : Double(text), !text.contains(" ") else {
            throw Failure(description: "no number: \(line)")
        }
        return Sample(name: name, labels: labels, value: value)
    }

    private static func take(_ rest: inout Substring, while belongs: (Character) -> Bool) -> String {
        let taken = rest.prefix(while: belongs)
        rest = rest.dropFirst(taken.count)
        return String(taken)
    }

    private static func quoted(_ rest: inout Substring) throws -> String {
        var value = ""
        while let next = rest.popFirst() {
            if next == "\"" { return value }
            guard next == "\\" else {
                value.append(next)
                continue
            }
            switch rest.popFirst() {
            case "\\"?: value.append("\\")
            case "\""?: value.append("\"")
            case "n"?: value.append("\n")
            default: throw Failure(description: "an escape that is none")
            }
        }
        throw Failure(description: "a value does not end")
    }

    /// Buckets ascend, never fall, and the infinite one is the count.
    private static func check(_ name: String, _ family: Family) throws {
        let groups = Dictionary(grouping: family.samples) { $0.labels.filter { $0.key != "le" } }
        for (labels, samples) in groups {
            let buckets = samples.filter { $0.name == name + "_bucket" }
            let bounds = buckets.map {
                $0.labels["le"] == "+Inf" ? Double.infinity : Double($0.labels["le"] ?? "") ?? .nan
            }
            guard bounds == bounds.sorted(), bounds.last == .infinity else {
                throw Failure(description: "the bounds of \(name) \(labels): \(bounds)")
            }
            let counts = buckets.map(\.value)
            guard counts == counts.sorted() else {
                throw Failure(description: "\(name) \(labels) is not cumulative: \(counts)")
            }
            guard samples.first(where: { $0.name == name + "_count" })?.value == counts.last,
                samples.contains(where: { $0.name == name + "_sum" })
            else {
                throw Failure(description: "the count of \(name) \(labels) is not its infinite bucket")
            }
        }
    }
}
