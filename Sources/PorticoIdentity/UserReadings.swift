import ExactText
import GraphQLSchema
import PorticoCatalog
import PostgresSQL

/// Reads the rows of users: all requested in one turn of the loop by one statement.
///
/// Otherwise thousands of users who return at the same time would cost a statement each.
final class UserReadings {
    /// Users of one statement. Guards against one that holds a connection for long.
    static let mostUsers = 500

    typealias Row = Result<[String?]?, DirectoryFailure>

    private struct Reading {
        let user: ExactString
        let then: (Row) -> Void
    }

    private let statements: DirectoryStatements
    private let source: any DirectorySource
    private let atEndOfTurn: (@escaping () -> Void) -> Void
    private var waiting: [Reading] = []

    /// - Parameter atEndOfTurn: Runs something after all events of the loop's turn.
    init(
        statements: DirectoryStatements, source: any DirectorySource,
        atEndOfTurn: @escaping (@escaping () -> Void) -> Void
    ) {
        self.statements = statements
        self.source = source
        self.atEndOfTurn = atEndOfTurn
    }

    /// Calls back with the columns of the user's row; `nil` if there is none.
    func read(_ user: ExactString, then: @escaping (Row) -> Void) {
        waiting.append(Reading(user: user, then: then))
        if waiting.count == 1 { atEndOfTurn { [weak self] in self?.readAll() } }
    }

    private func readAll() {
        let all = waiting
        waiting = []
        for start in stride(from: 0, to: all.count, by: Self.mostUsers) {
            read(Array(all[start..<min(all.count, start + Self.mostUsers)]))
        }
    }

    private func readAlone(_ reading: Reading) {
        guard let statement = statements.user else { return reading.then(.success(nil)) }
        source.rows(of: statement, parameter: reading.user.text) { reading.then($0.map(\.first)) }
    }

    private func read(_ several: [Reading]) {
        // PostgreSQL text contains no NUL: no such row exists, and it would invalidate the array.
        let (good, bad) = (
            several.filter { !$0.user.text.utf8.contains(0) }, several.filter { $0.user.text.utf8.contains(0) }
        )
        for reading in bad { reading.then(.success(nil)) }
        guard good.count > 1, let statement = statements.users else { return good.forEach(readAlone) }
        source.rows(of: statement, parameter: Self.array(good.map(\.user.text))) { result in
            switch result {
            // One id that is invalid for the column's type makes the statement fail for all.
            case .failure(let failure) where failure.isBadValue: good.forEach(self.readAlone)
            case .failure(let failure): for reading in good { reading.then(.failure(failure)) }
            case .success(let rows):
                var found = [[String?]?](repeating: nil, count: good.count)
                for row in rows {
                    for position in Self.positions(row.first ?? nil)
                    where found.indices.contains(position - 1) && found[position - 1] == nil {
                        found[position - 1] = Array(row.dropFirst())
                    }
                }
                for (reading, row) in zip(good, found) { reading.then(.success(row)) }
            }
        }
    }

    /// PostgreSQL's text form of an array of texts without NUL.
    static func array(_ items: [String]) -> String {
        let text = try? parameterText(.list(items.map(InputValue.string)), for: .array(.text))
        return String(decoding: text ?? [], as: UTF8.self)
    }

    /// `{1,3}`
    private static func positions(_ text: String?) -> [Int] {
        (text ?? "").split { $0 == "{" || $0 == "}" || $0 == "," }.compactMap { Int($0) }
    }
}
