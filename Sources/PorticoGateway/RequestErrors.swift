import Diagnostics
import GraphQLLanguage
import GraphQLValidation
import JSONBytes
import PorticoAccess
import PorticoExecution
import PorticoPlanning

/// Errors of a response, as the client sees them (GraphQL, section 7.1.2).
struct RequestErrors: Error, Sendable {
    struct Item: Sendable {
        var message: String
        var positions: [SourcePosition] = []
        var path: [FieldError.Step] = []
        var code: ErrorCode
        /// The limit that was exceeded, where one was.
        var limit: RequestLimit?
        /// What was found where the cost is what exceeds its limit.
        var cost: PlanningError.Cost?
        /// Another viewer's schema might have the name that is not known here.
        var isOfUnknownName = false

        init(message: String, positions: [SourcePosition] = [], path: [FieldError.Step] = [], code: ErrorCode) {
            self.message = message
            self.positions = positions
            self.path = path
            self.code = code
        }

        /// `message` names the limit's value; what to do about it comes from the limit itself.
        init(_ limit: RequestLimit, message: String, positions: [SourcePosition] = [], cost: PlanningError.Cost? = nil)
        {
            let remedy = limit.definition.remedy
            self.init(
                message: remedy.isEmpty ? message : "\(message) \(remedy)", positions: positions, code: ErrorCode(limit)
            )
            self.limit = limit
            self.cost = cost
        }
    }

    var items: [Item]
    var cause: GatewayResponse.Cause?

    init(_ items: [Item]) { self.items = items }

    init(_ code: ErrorCode, _ message: String, cause: GatewayResponse.Cause? = nil) {
        items = [Item(message: message, code: code)]
        self.cause = cause
    }

    init(_ limit: RequestLimit, _ message: String) { items = [Item(limit, message: message)] }

    /// The deadline is past.
    static func timeout(_ limits: RuleLimits) -> RequestErrors {
        let limit = RequestLimit.requestTimeout
        return RequestErrors(
            limit, "The request took longer than the \(limit.definition.text(limits[limit])) that are allowed.")
    }

    /// The document is longer than it may be.
    static func documentBytes(_ limits: RuleLimits) -> RequestErrors {
        RequestErrors(.documentBytes, "The document is larger than \(limits[.documentBytes]) bytes.")
    }

    init(_ error: SyntaxError, in source: SourceText) {
        let positions = [source.position(at: Int(error.range.start))]
        switch error.kind {
        case .limit(let limit, _): items = [Item(RequestLimit(limit), message: error.message, positions: positions)]
        case .syntax:
            items = [
                Item(
                    message: error.hint.map { "\(error.message) \($0)" } ?? error.message, positions: positions,
                    code: .syntaxError)
            ]
        }
    }

    init(_ failure: ValidationFailure, in source: SourceText) {
        let positions = Self.positions(failure.errors.map(\.ranges), source)
        items = zip(failure.errors, positions).map { error, positions in
            if let limit = error.limit {
                return Item(RequestLimit(limit), message: error.message, positions: positions)
            }
            var item = Item(message: error.message, positions: positions, code: .validationError)
            item.isOfUnknownName = error.isOfUnknownName
            return item
        }
        if failure.isOfTheChoice { cause = .operationNotDetermined }
    }

    init(_ errors: InputErrors, in source: SourceText) {
        let positions = Self.positions(errors.items.map(\.ranges), source)
        items = zip(errors.items, positions).map { error, positions in
            if let limit = error.limit {
                return Item(RequestLimit(limit), message: error.message, positions: positions)
            }
            return Item(message: error.message, positions: positions, code: .badInput)
        }
    }

    init(_ error: PlanningError, in source: SourceText) {
        let positions = error.range.map { [source.position(at: Int($0.start))] } ?? []
        items =
            switch error.kind {
            case .badInput: [Item(message: error.message, positions: positions, code: .badInput)]
            case .limit(let limit): [Item(limit, message: error.message, positions: positions, cost: error.cost)]
            case .notBound, .isolation, .allowance:
                [Item(message: "The operation cannot be served.", positions: positions, code: .internalError)]
            }
    }

    init(_ errors: [FieldError], in source: SourceText) {
        let positions = source.positions(at: errors.map { Int($0.range.start) })
        items = zip(errors, positions).map {
            Item(message: $0.message, positions: [$1], path: $0.path, code: $0.isOfInput ? .badInput : .internalError)
        }
    }

    /// The same, where it may be for want of a token that a name is not known: with a sentence that
    /// says so.
    func noting(_ viewer: Viewer) -> RequestErrors {
        guard viewer.id == nil, viewer.role == Viewer.anonymous.role,
            let first = items.firstIndex(where: \.isOfUnknownName)
        else { return self }
        var noted = self
        noted.items[first].message += " \(viewer.anonymousNote)"
        return noted
    }

    var code: ErrorCode { items.first?.code ?? .internalError }
    var limit: RequestLimit? { items.lazy.compactMap(\.limit).first }

    /// At most as many places of one error as help to find it, those of all errors found in one
    /// pass.
    private static func positions(_ ranges: [[SourceRange]], _ source: SourceText) -> [[SourcePosition]] {
        let shown = ranges.map { $0.prefix(10).filter { $0 != .none } }
        let flat = source.positions(at: shown.flatMap { $0.map { Int($0.start) } })
        var next = 0
        return shown.map { ranges in
            defer { next += ranges.count }
            return Array(flat[next..<(next + ranges.count)])
        }
    }

    /// `"errors":[…]`
    func write(into buffer: ResponseBuffer) {
        buffer.append("\"errors\":[")
        for (index, item) in items.enumerated() {
            if index > 0 { buffer.append(UInt8(ascii: ",")) }
            buffer.append("{\"message\":")
            buffer.appendJSONString(item.message)
            if !item.positions.isEmpty { write(item.positions, into: buffer) }
            if !item.path.isEmpty { write(item.path, into: buffer) }
            buffer.append(",\"extensions\":{\"code\":")
            buffer.appendJSONString(item.code.rawValue)
            if let limit = item.limit {
                buffer.append(",\"limit\":")
                buffer.appendJSONString(limit.name)
            }
            if let cost = item.cost {
                buffer.append(",\"cost\":")
                JSONValue.object([
                    JSONMember(key: "estimate", value: .number(String(cost.estimate))),
                    JSONMember(key: "limit", value: .number(String(cost.limit))),
                    JSONMember(key: "path", value: .string(cost.path)),
                ]).write(into: buffer)
            }
            buffer.append("}}")
        }
        buffer.append("]")
    }

    private func write(_ positions: [SourcePosition], into buffer: ResponseBuffer) {
        buffer.append(",\"locations\":[")
        for (index, position) in positions.enumerated() {
            if index > 0 { buffer.append(UInt8(ascii: ",")) }
            buffer.append("{\"line\":")
            buffer.appendInteger(position.line)
            buffer.append(",\"column\":")
            buffer.appendInteger(position.column)
            buffer.append("}")
        }
        buffer.append("]")
    }

    private func write(_ path: [FieldError.Step], into buffer: ResponseBuffer) {
        buffer.append(",\"path\":[")
        for (index, step) in path.enumerated() {
            if index > 0 { buffer.append(UInt8(ascii: ",")) }
            switch step {
            case .key(let key): buffer.appendJSONString(key)
            case .index(let index): buffer.appendInteger(index)
            }
        }
        buffer.append("]")
    }
}
