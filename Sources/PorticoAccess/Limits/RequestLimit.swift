/// What one request, or one tenant, may use: all limits that roles and tenants may lower.
///
/// ``RuleLimits`` holds a value for each, from which the pipeline's bounds are derived.
public enum RequestLimit: Int, Sendable, Hashable, CaseIterable {
    // The document
    case documentBytes, tokens, nameBytes, nesting, depth, aliases, rootFields, selections, validationSteps
    case introspectionDepth, introspectionLists, introspectionBytes
    // Its values
    case inputValues, valueBytes, defaultFirst, first, offset, operands, filterDepth, filterConditions, filterLists,
        patternBytes
    // The plan and its execution
    case relations, loads, cost, rows, resultBytes, responseBytes, cursors, errors, requestTimeout
    // All requests of a tenant
    case concurrentRequests, requestsPerSecond, requestBurst

    public init?(named name: String) {
        guard let limit = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = limit
    }

    /// In files of roles and tenants, in errors and in metrics.
    public var name: String { definition.name }

    /// In `config/gateway.yaml`, where `first` is the default number of a list's rows.
    public var gatewayKey: String {
        switch self {
        case .defaultFirst: "first"
        case .first: "maximumFirst"
        case .offset: "maximumOffset"
        default: name
        }
    }
}

extension RequestLimit {
    public var definition: LimitDefinition {
        let hour = 3_600_000, million = 1_000_000
        return switch self {
        case .documentBytes:
            .init(
                "documentBytes", .bytes, 1 << 20, 16...(64 << 20),
                "bytes of a document, looked at before anything else; guards against texts that fill the memory",
                remedy: "Send a shorter document, and long lists and texts in variables.")
        case .tokens:
            .init(
                "tokens", .count, 15_000, 10...million,
                "tokens of a document, counted while it is read; guards against texts that cost more to read than to send",
                remedy: "Send a shorter document, and long lists in variables.")
        case .nameBytes:
            .init(
                "nameBytes", .bytes, 1 << 10, 64...(1 << 20),
                "bytes of one name, aliases and those of operations included; guards against a long alias that is said again in every path below it",
                remedy: "Use shorter aliases and names.")
        case .nesting:
            .init(
                "nesting", .count, 200, 3...400,
                "selection sets, values and types within each other, fragments included; guards against exhausting the stack",
                remedy: "Nest less.")
        case .depth:
            .init(
                "depth", .count, 30, 1...100,
                "fields above each other, introspection left out; guards against queries that multiply their rows at every level",
                remedy: "Ask for the lower levels in an operation of their own.")
        case .aliases:
            .init(
                "aliases", .count, 1_000, 0...100_000,
                "fields under another name, fragments expanded; guards against answers that say the same a thousand times",
                remedy: "Ask in several operations, or by a list with \"where\".")
        case .rootFields:
            .init(
                "rootFields", .count, 50, 1...10_000,
                "fields at the root of an operation, fragments expanded; guards against many requests sent as one",
                remedy: "Ask in several operations, or by a list with \"where\".")
        case .selections:
            .init(
                "selections", .count, 20_000, 1...million,
                "fields and fragments after every spread is expanded, counted without expanding; guards against fragments that double at each step",
                remedy: "Ask in several operations, and spread fragments fewer times.")
        case .validationSteps:
            .init(
                "validationSteps", .count, 500_000, 1000...100_000_000,
                "steps of the rules that look across fragments; guards against documents that are cheap to send and dear to validate",
                remedy: "Use fewer operations, fragments and repeated fields.")
        case .introspectionDepth:
            .init(
                "introspectionDepth", .count, 30, 0...100,
                "fields above each other below `__schema` and `__type`; guards against endless `ofType`; 0 switches introspection off",
                remedy: "Ask for fewer levels of the schema; where 0 are allowed, introspection is off.")
        case .introspectionLists:
            .init(
                "introspectionLists", .count, 2, 0...10,
                "`fields`, `interfaces`, `possibleTypes`, `inputFields` within each other; guards against answers that grow with a power of the schema",
                remedy: "Ask for the types once, and look up what fields refer to by name.")
        case .introspectionBytes:
            .init(
                "introspectionBytes", .bytes, 8 << 20, 1024...(1 << 30),
                "bytes of all `__schema` and `__type` of an operation, looked at while they are written; guards against answers that fill the memory",
                remedy: "Ask for fewer fields or fewer levels of the schema.")
        case .inputValues:
            .init(
                "inputValues", .count, 50_000, 1...10_000_000,
                "values in all variables, defaults included; guards against variables that are cheap to send and dear to plan with",
                remedy: "Send fewer values.")
        case .valueBytes:
            .init(
                "valueBytes", .bytes, 8 << 20, 1024...(1 << 30),
                "bytes of a request's values in all its statements, each counted wherever it is used; guards against one long text that is used a thousand times",
                remedy: "Send shorter values, or use long ones in fewer places.")
        case .defaultFirst:
            .init(
                "defaultFirst", .count, 50, 0...million,
                "rows of a list without `first`; never above the highest `first`")
        case .first:
            .init(
                "first", .count, 500, 1...million, "the highest `first`; guards against answers that fill the memory",
                remedy: "Ask for the rest in further pages.")
        case .offset:
            .init(
                "offset", .count, 10_000, 0...1_000_000_000,
                "the highest `offset`; guards against pages that PostgreSQL has to count through",
                remedy: "Go on from the last row by a connection's \"after\", or by \"where\".")
        case .operands:
            .init(
                "operands", .count, 1_000, 1...100_000,
                "values in one list of `in`, `notIn`, `hasAny` or `hasAll`; guards against conditions that are compared a million times",
                remedy: "Ask in several operations.")
        case .filterDepth:
            .init(
                "filterDepth", .count, 20, 1...40,
                "objects and lists of a filter within each other; guards against SQL that is nested deeper than PostgreSQL's own stack",
                remedy: "Nest the filter less.")
        case .filterConditions:
            .init(
                "filterConditions", .count, 500, 1...1_000,
                "operators and relations of one filter; guards against statements of megabytes made from requests of kilobytes",
                remedy: "Ask with a shorter filter: many values of one field stand in one \"in\".")
        case .filterLists:
            .init(
                "filterLists", .count, 3, 0...20,
                "lists (`some`, `every`, `none`) of a filter within each other; guards against filters that look at the rows of rows of rows",
                remedy: "Ask for the inner rows in an operation of their own, and name them by \"in\".")
        case .patternBytes:
            .init(
                "patternBytes", .bytes, 4 << 10, 16...(1 << 20),
                "bytes of a pattern (`like`, `iLike`) or of a text that is looked for in others; guards against conditions that cost a row milliseconds",
                remedy: "Look for a shorter text.")
        case .relations:
            .init(
                "relations", .count, 100, 1...1_000,
                "relations that the conditions of one statement follow, those of rules included; guards against filters that cost PostgreSQL's planner seconds",
                remedy: "Ask in smaller steps.")
        case .loads:
            .init(
                "loads", .count, 200, 1...10_000,
                "loads of an operation, and so its statements; guards against a kilobyte of text that asks for thousands of them",
                remedy: "Ask for fewer relations, or in several operations.")
        case .cost:
            .init(
                "cost", .count, 10_000_000, 1...Int.max,
                "rows that a plan may touch, estimated before it runs; guards against queries whose lists multiply",
                remedy: "Ask for less with \"first\", or for fewer levels.")
        case .rows:
            .init(
                "rows", .count, 100_000, 1...100_000_000,
                "rows that all loads of a request really bring, each statement by its LIMIT; guards against lists that multiply beyond what was estimated",
                remedy: "Ask for less with \"first\" or \"where\".")
        case .resultBytes:
            .init(
                "resultBytes", .bytes, 64 << 20, 1024...(1 << 34),
                "bytes that the results of a request's loads take in the gateway's memory, counted while PostgreSQL sends them: at the limit the statement is cancelled; guards against few rows that are long",
                remedy: "Ask for less with \"first\", or for fewer fields.")
        case .responseBytes:
            .init(
                "responseBytes", .bytes, 32 << 20, 1024...(1 << 30),
                "bytes of an answer, looked at while it is written; guards against answers that fill the memory",
                remedy: "Ask for less with \"first\", or for fewer fields.")
        case .cursors:
            .init(
                "cursors", .count, 20_000, 1...10_000_000,
                "cursors of an answer; guards against answers whose sealing holds up the others",
                remedy: "Ask for less with \"first\", or for \"pageInfo { endCursor }\" in place of every row's cursor."
            )
        case .errors:
            .init(
                "errors", .count, 100, 1...10_000,
                "errors that one answer lists, after which a sentence says that there are more; guards against answers much larger than their requests"
            )
        case .requestTimeout:
            .init(
                "requestTimeout", .milliseconds, 10_000, 10...hour,
                "until a request is answered TIMEOUT and its statements are cancelled in PostgreSQL; guards against queries that hold connections for ever",
                remedy: "Ask for less, or try again.")
        case .concurrentRequests:
            .init(
                "concurrentRequests", .count, LimitDefinition.off, 1...million,
                "requests of a tenant that are answered at the same time, by all workers; guards against one tenant that takes all places",
                remedy: "Wait for answers before sending more.")
        case .requestsPerSecond:
            .init(
                "requestsPerSecond", .count, LimitDefinition.off, 1...million,
                "requests of a tenant that are let in each second on average, by all workers; guards against clients in a loop",
                remedy: "Send fewer requests.")
        case .requestBurst:
            .init(
                "requestBurst", .count, LimitDefinition.off, 1...million,
                "requests of a tenant that are let in at once after a pause; as many as `requestsPerSecond` where it is off, and without effect where that is off"
            )
        }
    }
}
