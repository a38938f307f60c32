import Diagnostics
import ExactText
import JSONBytes
import PorticoCatalog

/// The content of `config/access/tests.yaml`: viewers, questions, rows, and the expected answers.
public struct AccessSuite: Sendable {
    /// The default path in a project.
    public static let path = "config/access/tests.yaml"

    public var source: SourceText
    /// The value of `$now` in PostgreSQL's text form; `nil` for the time of the run.
    public var now: [UInt8]?
    /// In the order of the file.
    public var viewers: [StatedViewer] = []
    /// In the order of insertion.
    public var fixtures: [FixtureRows] = []
    /// One for each pair of a test and a viewer.
    public var cases: [AccessCase] = []

    public func viewer(_ name: String) -> StatedViewer? { viewers.first { $0.name == name } }
}

/// A viewer, by its name in the file.
public struct StatedViewer: Sendable, Equatable {
    public enum Identity: Sendable, Equatable {
        /// By the row of a user, as a token would name it.
        case user(String)
        /// Stated completely, without a row; `nil` `tenants` follow from the role's reach.
        case stated(id: String?, role: String, tenant: String?, tenants: [String]?)
    }

    public var name: String
    public var identity: Identity
    /// Further claims, as in a token.
    public var claims: [ExactString: String]
    public var range: SourceRange
}

/// A document with its variables.
public struct StatedQuery: Sendable, Equatable {
    public var document: [UInt8]
    public var operation: String?
    public var variables: [JSONMember]
    /// Its root fields, in order.
    public var roots: [RootField] = []

    public struct RootField: Sendable, Equatable {
        public var name: String
        /// The key in the answer.
        public var key: String
    }
}

/// Rows of one table that exist only for the tests.
public struct FixtureRows: Sendable, Equatable {
    public struct Cell: Sendable, Equatable {
        public var column: String
        /// PostgreSQL's text form; `nil` for NULL.
        public var text: [UInt8]?
    }

    public struct Row: Sendable, Equatable {
        /// In the order of the file.
        public var cells: [Cell]
        public var range: SourceRange
    }

    public var table: TableName
    public var rows: [Row]
}

/// One question by one viewer, with the expected answer.
public struct AccessCase: Sendable {
    public enum Subject: Sendable {
        case query(StatedQuery, ExpectedAnswer)
        /// Exactly these fields of a type may be selected.
        case fields(type: String, Set<String>)
    }

    /// Of the test; several viewers share it.
    public var test: String
    public var viewer: String
    public var subject: Subject
    /// The place of the expectation.
    public var range: SourceRange

    public var name: String { "\(test), as \(viewer)" }
}

/// The parts of an expected answer, all of which must hold.
public struct ExpectedAnswer: Sendable, Equatable {
    public enum Part: Sendable, Equatable {
        /// Exactly these rows, in any order, with multiplicity.
        case ids(ResponsePath, [String])
        /// The number of objects or values.
        case count(ResponsePath, Int)
        /// Null.
        case absent(ResponsePath)
        /// The document is refused, for exactly these names: `field` or `Type.field`.
        case refused([String])
        /// The first error has this code.
        case error(String)
        /// The whole data; the order of members is ignored.
        case data(JSONValue)
    }

    public var parts: [Part]
}

/// Response keys from the root of the data; lists on the way are traversed.
public struct ResponsePath: Sendable, Hashable, CustomStringConvertible {
    public var keys: [String]

    public init(_ text: String) { keys = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init) }

    public var description: String { keys.joined(separator: ".") }
}

/// Limits of one file.
public enum AccessSuiteLimits {
    /// Bytes of the file. Guards against naming the wrong file.
    public static let bytes = 4 << 20
    /// Values of the file, scalars, lists and mappings. Guards against the same.
    public static let nodes = 400_000
    /// Viewers. Guards against unreadable tables.
    public static let viewers = 200
    /// Pairs of a test and a viewer. Guards against endless runs: every mutant repeats some.
    public static let cases = 10_000
    /// Rows of fixtures. Guards against transactions that hold locks for minutes.
    public static let fixtureRows = 10_000
}
