import Diagnostics
import GraphQLLanguage
import GraphQLValidation
import JSONBytes
import PorticoExecution
import PorticoPlanning

/// Errors of a response, as the client sees them (GraphQL, section 7.1.2).
struct RequestErrors: Error, Sendable {
    struct Item: Sendable {
        var message: String
        var positions: [SourcePosition] = []
        var path: [FieldError.Step] = []
        var code: ErrorCode
    }

    var items: [Item]
    var cause: GatewayResponse.Cause?

    init(_ items: [Item]) { self.items = items }

    init(_ code: ErrorCode, _ message: String, cause: GatewayResponse.Cause? = nil) {
        items = [Item(message: message, code: code)]
        self.cause = cause
    }

    init(_ error: SyntaxError, in source: SourceText) {
        let code: ErrorCode = if case .limit = error.kind { .limitExceeded } else { .syntaxError }
        let message = error.hint.map { "\(error.message) \($0)" } ?? error.message
        items = [Item(message: message, positions: [source.position(at: Int(error.range.start))], code: code)]
    }

    init(_ failure: ValidationFailure, in source: SourceText) {
        let positions = Self.positions(failure.errors.map(\.ranges), source)
        items = zip(failure.errors, positions).map { error, positions in
            Item(message: error.message, positions: positions, code: error.limitName == nil ? .validationError : .limitExceeded)
        }
        if failure.isOfTheChoice { cause = .operationNotDetermined }
    }

    init(_ errors: InputErrors, in source: SourceText) {
        let positions = Self.positions(errors.items.map(\.ranges), source)
        items = zip(errors.items, positions).map { error, positions in
            Item(message: error.message, positions: positions, code: error.limitName == nil ? .badInput : .limitExceeded)
        }
    }

    init(_ error: PlanningError, in source: SourceText) {
        let code: ErrorCode = switch error.kind {
        case .badInput: .badInput
        case .limit: .limitExceeded
        case .notBound, .isolation: .internalError
        }
        let message = code == .internalError ? "The operation cannot be served." : error.message
        items = [Item(message: message, positions: error.range.map { [source.position(at: Int($0.start))] } ?? [], code: code)]
    }

    init(_ errors: [FieldError], in source: SourceText) {
        let positions = source.positions(at: errors.map { Int($0.range.start) })
        items = zip(errors, positions).map { Item(message: $0.message, positions: [$1], path: $0.path, code: .internalError) }
    }

    var code: ErrorCode { items.first?.code ?? .internalError }

    /// At most as many places of one error as help to find it, those of all errors found in one pass.
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
