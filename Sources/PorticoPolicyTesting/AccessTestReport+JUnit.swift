extension AccessTestReport {
    /// The report as JUnit XML for CI systems: a case for each pair of a test and a viewer, one for
    /// each surviving mutant, and coverage and score as properties.
    public var junit: String {
        let survivors = mutation?.survivors ?? []
        var lines = ["<?xml version=\"1.0\" encoding=\"UTF-8\"?>"]
        let time = Self.seconds(cases), failed = failures.count
        lines.append(
            "<testsuites tests=\"\(cases.count + survivors.count)\" failures=\"\(failed + survivors.count)\" errors=\"0\" time=\"\(time)\">"
        )
        lines.append(Self.suite(source.name, tests: cases.count, failures: failed, time: time))
        var properties: [String] = []
        if let coverage { properties.append("      <property name=\"coverage\" value=\"\(coverage.share.percent)\"/>") }
        if let mutation {
            properties.append("      <property name=\"mutationScore\" value=\"\(mutation.share.percent)\"/>")
        }
        if !properties.isEmpty { lines += ["    <properties>"] + properties + ["    </properties>"] }
        for result in cases { lines += xml(result) }
        lines.append("  </testsuite>")
        if !survivors.isEmpty {
            lines.append(
                Self.suite("mutants that no test noticed", tests: survivors.count, failures: survivors.count, time: "0")
            )
            for mutant in survivors {
                let name = Self.escaped("\(mutant.origin): \(mutant.effect)")
                lines.append(
                    "    <testcase classname=\"\(Self.escaped(mutant.kind.rawValue))\" name=\"\(name)\" time=\"0\">")
                lines.append("      <failure message=\"no test notices this change\" type=\"survivor\"/>")
                lines.append("    </testcase>")
            }
            lines.append("  </testsuite>")
        }
        lines.append("</testsuites>")
        return lines.joined(separator: "\n") + "\n"
    }

    private func xml(_ result: CaseResult) -> [String] {
        let names =
            "classname=\"\(Self.escaped(result.test.test))\" name=\"\(Self.escaped(result.test.viewer))\" file=\"\(Self.escaped(source.name))\""
        let head = "    <testcase \(names) time=\"\(Self.seconds([result]))\""
        guard let first = result.mismatches.first else { return [head + "/>"] }
        let lines =
            [place(result.test)] + result.mismatches.flatMap { [$0.summary] + $0.lines.map { "  \($0)" } }
            + result.reasons
        let text = Self.escaped(lines.joined(separator: "\n"))
        return [
            head + ">", "      <failure message=\"\(Self.escaped(first.summary))\" type=\"mismatch\">\(text)</failure>",
            "    </testcase>",
        ]
    }

    private static func suite(_ name: String, tests: Int, failures: Int, time: String) -> String {
        "  <testsuite name=\"\(escaped(name))\" tests=\"\(tests)\" failures=\"\(failures)\" errors=\"0\" skipped=\"0\" time=\"\(time)\">"
    }

    private static func seconds(_ results: [CaseResult]) -> String {
        let microseconds = results.reduce(0) { $0 + $1.nanoseconds } / 1_000
        let fraction = String(microseconds % 1_000_000)
        return "\(microseconds / 1_000_000)." + String(repeating: "0", count: 6 - fraction.count) + fraction
    }

    /// For text and attributes; characters outside XML 1.0 (section 2.2) become U+FFFD.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\n", "\t", "\r": result += "&#\(scalar.value);"
            default:
                let isCharacter = scalar.value >= 0x20 && scalar.value != 0xFFFE && scalar.value != 0xFFFF
                result.unicodeScalars.append(isCharacter ? scalar : "\u{FFFD}")
            }
        }
        return result
    }
}
