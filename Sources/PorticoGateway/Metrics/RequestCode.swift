import PorticoPlanning
import GraphQLLanguage

/// The outcome of a request, as the label `code` names it.
enum RequestCode: Hashable {
    case ok
    /// Data and errors.
    case partial
    case error(ErrorCode)

    static let count = 2 + ErrorCode.allCases.count

    init(_ outcome: GatewayResponse.Outcome, hasErrors: Bool) {
        self =
            switch outcome {
            case .data: hasErrors ? .partial : .ok
            case .requestError(let code), .nullData(let code): .error(code)
            }
    }

    var label: String {
        switch self {
        case .ok: "OK"
        case .partial: "PARTIAL"
        case .error(let code): code.rawValue
        }
    }

    /// Its index in a table of ``count``.
    var index: Int {
        switch self {
        case .ok: 0
        case .partial: 1
        case .error(let code): 2 + (ErrorCode.allCases.firstIndex(of: code) ?? 0)
        }
    }
}
