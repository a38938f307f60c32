import Diagnostics
import GraphQLLanguage
import GraphQLValidation
import JSONBytes
import PorticoAccess
import PorticoExecution
public import PorticoPlanning

/// The errors of one response, and how they are written.
public struct ClientErrors: Error, Sendable {
    public var items: [ClientError]
    /// The document that the errors' ranges point into; `nil` if no error has a range.
    private var source: SourceText?
    public var cause: GatewayResponse.Cause?

    public init(_ items: [ClientError], in source: SourceText? = nil) {
        self.items = items
        self.source = source
    }

    public init(_ code: ErrorCode, _ message: String, cause: GatewayResponse.Cause? = nil) {
        self.init([ClientError(code, message)])
        self.cause = cause
    }

    init(_ limit: RequestLimit, _ message: String) { self.init([ClientError(limit: limit, message)]) }

    init(_ error: SyntaxError, in source: SourceText) {
        let item =
            switch error.kind {
            case .limit(let limit, _): ClientError(limit: RequestLimit(limit), error.message, range: error.range)
            case .syntax:
                ClientError(
                    .syntaxError, error.hint.map { "\(error.message) \($0)" } ?? error.message, range: error.range)
            }
        self.init([item], in: source)
    }

    init(_ failure: ValidationFailure, in source: SourceText) {
        let items = failure.errors.map { error in
            var item =
                error.limit.map { ClientError(limit: RequestLimit($0), error.message) }
                ?? ClientError(.validationError, error.message)
            item.isOfUnknownName = error.limit == nil && error.isOfUnknownName
            item.ranges = error.ranges
            return item
        }
        self.init(items, in: source)
        if failure.isOfTheChoice { cause = .operationNotDetermined }
    }

    init(_ errors: InputErrors, in source: SourceText) {
        let items = errors.items.map { error in
            var item =
                error.limit.map { ClientError(limit: RequestLimit($0), error.message) }
                ?? ClientError(.badInput, error.message)
            item.ranges = error.ranges
            return item
        }
        self.init(items, in: source)
    }

    /// The same errors; for an anonymous viewer, an unknown name gets a note about the token.
    func noting(_ viewer: Viewer) -> ClientErrors {
        guard viewer.id == nil, viewer.role == Viewer.anonymous.role,
            let first = items.firstIndex(where: \.isOfUnknownName)
        else { return self }
        var noted = self
        noted.items[first].message += " \(viewer.anonymousNote)"
        return noted
    }

    var code: ErrorCode { items.first?.code ?? .internalError }
    var limit: RequestLimit? { items.lazy.compactMap(\.limit).first }
    /// Internal details, for the operator.
    var details: [String] { items.compactMap(\.detail) }

    // MARK: Writing

    /// At most ten positions of each error; the positions of all errors are computed in one pass.
    private var positions: [[SourcePosition]] {
        guard let source else { return items.map { _ in [] } }
        let shown = items.map { $0.ranges.prefix(10).filter { $0 != .none } }
        let flat = source.positions(at: shown.flatMap { $0.map { Int($0.start) } })
        var next = 0
        return shown.map { ranges in
            defer { next += ranges.count }
            return Array(flat[next..<(next + ranges.count)])
        }
    }

    /// A GraphQL response without data.
    /// - Parameter saysNull: Whether to write `"data": null`, because execution began.
    public func response(saysNull: Bool = false) -> ResponseBuffer {
        let buffer = ResponseBuffer(capacity: 512)
        buffer.append("{")
        write(into: buffer)
        buffer.append(saysNull ? ",\"data\":null}" : "}")
        return buffer
    }

    /// `"errors":[…]`
    public func write(into buffer: ResponseBuffer) {
        buffer.append("\"errors\":[")
        for (index, (item, positions)) in zip(items, positions).enumerated() {
            if index > 0 { buffer.append(UInt8(ascii: ",")) }
            buffer.append("{\"message\":")
            buffer.appendJSONString(item.shownMessage)
            if !positions.isEmpty { write(positions, into: buffer) }
            if !item.path.isEmpty { write(item.path, into: buffer) }
            buffer.append(",\"extensions\":{\"code\":")
            buffer.appendJSONString(item.code.rawValue)
            if let limit = item.limitName {
                buffer.append(",\"limit\":")
                buffer.appendJSONString(limit)
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

    private func write(_ path: [PathStep], into buffer: ResponseBuffer) {
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

extension ClientError {
    /// The message, followed by the remedy for the exceeded limit.
    fileprivate var shownMessage: String {
        guard let remedy = limit?.definition.remedy, !remedy.isEmpty else { return message }
        return "\(message) \(remedy)"
    }
}

// MARK: - What requests are refused with

extension ClientErrors {
    static let mutationBySafeMethod = ClientErrors(
        .badInput, "A mutation needs POST: GET must change nothing.", cause: .mutationMustNotBeSafe)
    static let inside = ClientErrors(
        .internalError,
        "An internal error occurred. The request id in the header x-request-id finds it in the operator's log.")
    static let busy = ClientErrors(.unavailable, OffloadQueue.busyMessage)
    static let noDatabase = ClientErrors(
        .unavailable, "The database is not available at the moment. Try again shortly.")

    static func timeout(_ limits: RuleLimits) -> ClientErrors {
        let limit = RequestLimit.requestTimeout
        return ClientErrors(
            limit, "The request took longer than the \(limit.definition.text(limits[limit])) that are allowed.")
    }

    static func documentBytes(_ limits: RuleLimits) -> ClientErrors {
        ClientErrors(.documentBytes, "The document is larger than \(limits[.documentBytes]) bytes.")
    }

    /// The error of an execution that gives no answer; `nil` if there is an answer.
    init?(_ outcome: ExecutionResult.Outcome, _ limits: RuleLimits) {
        switch outcome {
        case .answered: return nil
        case .failed(let failure): self.init(failure, limits)
        case .tooManyRows(let limit):
            self.init(.rows, "The request brings more than the \(limit) rows that are allowed.")
        case .tooManyBytes(let limit):
            self.init(.resultBytes, "The request's rows take more than the \(limit) bytes that are allowed.")
        case .overBudget:
            self.init(
                .unavailable, "The gateway holds as many answers as it may at the moment. Try again shortly.",
                cause: .noRoom)
        case .tooLarge(let limit):
            self.init(.responseBytes, "The answer exceeds the \(limit) bytes that are allowed.")
        case .tooManyCursors(let limit):
            self.init(.cursors, "The answer needs more than the \(limit) cursors that are allowed.")
        }
    }

    private init(_ failure: LoadFailure, _ limits: RuleLimits) {
        switch failure.kind {
        case .unavailable, .interrupted: self = .noDatabase
        case .timeout: self = .timeout(limits)
        case .ended:
            let what = "PostgreSQL ended a statement of the request before the request's deadline"
            self.init(.timeout, "\(what): its statement_timeout has passed, or an operator cancelled it.")
        case .undone, .unknown, .refused, .tooLarge:
            self = .inside
            items[0].detail = failure.detail
        }
    }
}
