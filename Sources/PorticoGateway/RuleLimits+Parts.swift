import GraphQLLanguage
import GraphQLValidation
import PorticoAccess
import PorticoExecution

/// The limits of a viewer's requests, grouped by part of the pipeline.
extension RuleLimits {
    public var parsing: ParseLimits {
        ParseLimits(tokens: self[.tokens], names: self[.nameBytes], depth: self[.nesting], bytes: self[.documentBytes])
    }

    public var validation: ValidationLimits {
        ValidationLimits(
            errors: self[.errors], depth: self[.depth], introspectionDepth: self[.introspectionDepth],
            introspectionLists: self[.introspectionLists],
            aliases: self[.aliases], rootFields: self[.rootFields], selections: self[.selections],
            nesting: self[.nesting], work: self[.validationSteps])
    }

    public var input: InputLimits {
        InputLimits(nodes: self[.inputValues], bytes: self[.valueBytes], errors: self[.errors])
    }
    public var answer: AnswerLimits {
        AnswerLimits(
            bytes: self[.responseBytes], rows: self[.rows], resultBytes: self[.resultBytes], cursors: self[.cursors],
            errors: self[.errors])
    }
}

extension RequestLimit {
    init(_ limit: ParseLimits.Name) {
        self =
            switch limit {
            case .tokens: .tokens
            case .names: .nameBytes
            case .bytes: .documentBytes
            case .depth: .nesting
            }
    }

    init(_ limit: ValidationLimits.Name) {
        self =
            switch limit {
            case .depth: .depth
            case .introspectionDepth: .introspectionDepth
            case .introspectionLists: .introspectionLists
            case .aliases: .aliases
            case .rootFields: .rootFields
            case .selections: .selections
            case .nesting: .nesting
            case .work: .validationSteps
            case .values: .inputValues
            }
    }

    init(_ limit: InputLimits.Name) {
        self =
            switch limit {
            case .nodes: .inputValues
            case .bytes: .valueBytes
            }
    }
}
