import Foundation
import Testing

/// What the examples under one heading of a guide do to a project, in their order.
struct GuideSection: Sendable, CustomTestStringConvertible {
    enum Step: Sendable {
        /// A block of YAML that begins with the name of a file: the whole file.
        case write(file: String, text: String)
        /// A block of `diff` that begins with the name of a file: some lines of it, exchanged.
        case exchange(file: String, old: String, new: String)
        /// A line of a console that begins with `$`, and what it prints; a line `…` stands for any
        /// number of lines.
        case run(command: String, output: [String])
    }

    var heading: String
    var steps: [Step] = []

    var testDescription: String { heading }

    /// All sections that show what a command prints.
    static func all(of text: String) throws -> [GuideSection] {
        var sections = [GuideSection(heading: "")]
        var block: (language: String, lines: [String])?
        for line in text.components(separatedBy: "\n") {
            if let open = block {
                if line.hasPrefix("```") {
                    sections[sections.count - 1].steps += try steps(open.language, open.lines)
                    block = nil
                } else {
                    block?.lines.append(line)
                }
            } else if line.hasPrefix("```") {
                block = (String(line.dropFirst(3)), [])
            } else if line.hasPrefix("#") {
                sections.append(GuideSection(heading: line.drop { $0 == "#" }.trimmingCharacters(in: .whitespaces)))
            }
        }
        return sections.filter { section in section.steps.contains { if case .run = $0 { true } else { false } } }
    }

    private static func steps(_ language: String, _ lines: [String]) throws -> [Step] {
        let file = lines.first.flatMap { line in
            ["# ", "--- "].first { line.hasPrefix($0 + "config/") }.map { String(line.dropFirst($0.count)) }
        }
        switch language {
        case "yaml": return file.map { [.write(file: $0, text: lines.joined(separator: "\n") + "\n")] } ?? []
        case "diff":
            guard let file else {
                throw Unreadable(text: "A diff does not begin with `--- ` and a file: \(lines.first ?? "")")
            }
            func side(_ mark: String) -> String {
                lines.dropFirst().filter { $0.hasPrefix(mark) || $0.hasPrefix(" ") }.map { $0.dropFirst() + "\n" }
                    .joined()
            }
            return [.exchange(file: file, old: side("-"), new: side("+"))]
        case "console":
            var steps: [Step] = []
            for line in lines {
                if line.hasPrefix("$ ") {
                    steps.append(.run(command: String(line.dropFirst(2)), output: []))
                } else if case .run(let command, let output)? = steps.last {
                    steps[steps.count - 1] = .run(command: command, output: output + [line])
                }
            }
            return steps
        default: return []
        }
    }

    struct Unreadable: Error { var text: String }

    /// The first line that is not printed where it should be; `nil` where all are. What is printed
    /// behind the last one is left out of a guide, and so are spaces that end a line.
    static func firstMissing(_ expected: [String], in printed: String) -> String? {
        var printed = printed.components(separatedBy: "\n").map { String($0.reversed().drop { $0 == " " }.reversed()) }[
            ...]
        var mayLeaveOut = false
        for line in expected {
            if line == "…" {
                mayLeaveOut = true
                continue
            }
            if mayLeaveOut { printed = printed.drop { $0 != line } }
            guard printed.popFirst() == line else { return line }
            mayLeaveOut = false
        }
        return nil
    }
}
