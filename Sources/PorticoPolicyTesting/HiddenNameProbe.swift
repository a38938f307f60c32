import GraphQLSchema
import PorticoCatalog

/// Repeats a question with made-up names in place of the refused ones: a hidden name must be
/// refused exactly like one that never existed.
public struct HiddenNameProbe: Sendable {
    /// The document with made-up names of the same lengths.
    public let document: [UInt8]
    private let made: [(hidden: String, name: String)]
    private let errors: [ResponseError]

    /// `nil` if no name was refused.
    public init?(_ answer: CaseAnswer, catalog: Catalog) {
        let known = Self.names(of: catalog.schema)
        var bytes = answer.document, made: [(hidden: String, name: String)] = [], byHidden: [String: String] = [:]
        for error in answer.errors {
            guard let hidden = error.names.first, let offset = error.offsets.first, !hidden.isEmpty else { return nil }
            guard let name = byHidden[hidden] ?? Self.unknownName(like: hidden, known, number: byHidden.count) else {
                return nil
            }
            byHidden[hidden] = name
            made.append((hidden, name))
            bytes.replaceSubrange(offset..<offset + hidden.utf8.count, with: Array(name.utf8))
        }
        guard !made.isEmpty else { return nil }
        document = bytes
        self.made = made
        errors = answer.errors
    }

    /// How the answers differ; empty if a hidden name cannot be distinguished from a missing one.
    ///
    /// - Parameter schema: The viewer's: suggestions may name nothing else.
    public func mismatches(_ answer: CaseAnswer, schema: Schema) -> [Mismatch] {
        let visible = Self.names(of: schema)
        var found: [Mismatch] = []
        for error in errors {
            let leaked = error.proposals.filter { !visible.contains($0) }
            if !leaked.isEmpty {
                found.append(
                    Mismatch(
                        summary: "an error proposes what the viewer may not see", lines: ["found     \(error.message)"])
                )
            }
        }
        func told(_ hidden: String, _ missing: String) -> Mismatch {
            Mismatch(
                summary: "a hidden name can be told from a missing one",
                lines: ["hidden    \(hidden)", "missing   \(missing)"])
        }
        guard answer.errors.count == errors.count else {
            return found + [told("\(errors.count) errors", "\(answer.errors.count) errors")]
        }
        for (index, pair) in zip(errors, answer.errors).enumerated() {
            let expected = pair.0.plainMessage.replacingAll("\"\(made[index].hidden)\"", by: "\"\(made[index].name)\"")
            if expected != pair.1.plainMessage || pair.0.code != pair.1.code || pair.0.offsets != pair.1.offsets {
                found.append(told("\(pair.0.code): \(pair.0.message)", "\(pair.1.code): \(pair.1.message)"))
            }
        }
        return found
    }

    private static func unknownName(like hidden: String, _ known: Set<String>, number: Int) -> String? {
        let letters = Array("qxzjkwvy")
        var text = ""
        for position in 0..<hidden.count { text.append(letters[(position + number) % letters.count]) }
        for letter in letters where known.contains(text) { text = String(text.dropLast()) + String(letter) }
        return known.contains(text) ? nil : text
    }

    /// Of all fields, input fields and enum values.
    private static func names(of schema: Schema) -> Set<String> {
        var names: Set<String> = []
        for type in schema.types.values {
            names.insert(type.name)
            names.formUnion(type.fields?.names ?? [])
            switch type {
            case .inputObject(let input): names.formUnion(input.fields.names)
            case .enum(let type): names.formUnion(type.values.names)
            case .scalar, .object, .interface, .union: break
            }
        }
        return names
    }
}

extension String {
    /// Substituted parts are not searched again.
    fileprivate func replacingAll(_ part: String, by other: String) -> String {
        var result = "", rest = self[...]
        while let range = rest.firstRange(of: part) {
            result += rest[..<range.lowerBound] + other
            rest = rest[range.upperBound...]
        }
        return result + rest
    }
}
