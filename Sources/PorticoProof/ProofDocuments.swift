import Diagnostics
import GraphQLLanguage
import GraphQLSchema
import GraphQLValidation

/// Combines pieces into documents: those with equal surroundings share one if valid.
struct ProofDocuments {
    struct Document {
        let pieces: [ProofOperations.Piece]
        let text: String
        /// The range of each piece in the text, in order.
        private let ranges: [Range<Int>]

        init(_ pieces: [ProofOperations.Piece]) {
            self.pieces = pieces
            var text = pieces.first?.opening ?? ""
            var ranges: [Range<Int>] = []
            for piece in pieces {
                let start = text.utf8.count
                text += piece.field
                ranges.append(start..<text.utf8.count)
                text += " "
            }
            text += pieces.first?.closing ?? ""
            self.text = text
            self.ranges = ranges
        }

        /// The operation with only the piece at a range.
        func alone(holding range: SourceRange) -> String? {
            ranges.firstIndex { $0.contains(Int(range.start)) }.map {
                "\(pieces[$0].opening)\(pieces[$0].field)\(pieces[$0].closing)"
            }
        }

        /// Valid under the schema that it was made from.
        func operation(_ schema: Schema) throws -> ValidatedOperation {
            let source = SourceText(name: "", text)
            let limits = ValidationLimits(depth: 400, aliases: .max, rootFields: .max, selections: .max, work: .max)
            return try Validator(schema: schema, limits: limits).operation(
                try parse(source, limits: ParseLimits(tokens: .max, depth: 400, bytes: 1 << 30), allow: .executable),
                source: source, named: nil)
        }
    }

    let joined: [Document]

    init(_ pieces: [ProofOperations.Piece]) {
        var groups: [[ProofOperations.Piece]] = []
        for piece in pieces {
            if let last = groups.last?.last, last.opening == piece.opening, !last.standsAlone, !piece.standsAlone {
                groups[groups.count - 1].append(piece)
            } else {
                groups.append([piece])
            }
        }
        joined = groups.map(Document.init)
    }
}
