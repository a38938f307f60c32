import Diagnostics
import ExactText
import JSONBytes
import PorticoCatalog

/// What `config/access/tests.yaml` states: who asks what, of which rows, and what must come of it.
public struct AccessSuite: Sendable {
    /// Where the file stands in a project, unless the command is told otherwise.
    public static let path = "config/access/tests.yaml"

    public var source: SourceText
    /// What `$now` is, in PostgreSQL's text form; `nil` for the time of the run.
    public var now: [UInt8]?
    /// In the order of the file.
    public var viewers: [StatedViewer] = []
    /// In the order in which their rows are inserted.
    public var fixtures: [FixtureRows] = []
    /// One for each pair of a test and a viewer.
    public var cases: [AccessCase] = []

    public func viewer(_ name: String) -> StatedViewer? { viewers.first { $0.name == name } }
}

/// Someone who asks, under the name that the file gives.
public struct StatedViewer: Sendable, Equatable {
    public enum Identity: Sendable, Equatable {
        /// By the row of a user, as a token would name it.
        case user(String)
        /// Stated whole, without a row; `tenants` follows from the role's reach where it is `nil`.
        case stated(id: String?, role: String, tenant: String?, tenants: [String]?)
    }

    public var name: String
    public var identity: Identity
    /// Further claims, as a token would bring them.
    public var claims: [ExactString: String]
    public var range: SourceRange
}

/// A document that is asked, with its variables.
public struct StatedQuery: Sendable, Equatable {
    public var document: [UInt8]
    public var operation: String?
    public var variables: [JSONMember]
    /// The fields at its root, in order.
    public var roots: [RootField] = []

    public struct RootField: Sendable, Equatable {
        public var name: String
        /// What the answer calls it.
        public var key: String
    }
}

/// Rows of one table that are there for the tests alone.
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

/// One question by one viewer, and what must come of it.
public struct AccessCase: Sendable {
    public enum Subject: Sendable {
        case query(StatedQuery, ExpectedAnswer)
        /// Exactly these fields of a type may be asked for.
        case fields(type: String, Set<String>)
    }

    /// Of the test; several viewers share it.
    public var test: String
    public var viewer: String
    public var subject: Subject
    /// Where the expectation stands.
    public var range: SourceRange

    public var name: String { "\(test), as \(viewer)" }
}

/// What must come of a question: all parts of it.
public struct ExpectedAnswer: Sendable, Equatable {
    public enum Part: Sendable, Equatable {
        /// Exactly these rows, in any order, each as often as it stands here.
        case ids(ResponsePath, [String])
        /// So many objects or values.
        case count(ResponsePath, Int)
        /// Null.
        case absent(ResponsePath)
        /// The document is refused, for exactly these names: `field` or `Type.field`.
        case refused([String])
        /// The first error has this code.
        case error(String)
        /// The whole data; the order of members is no matter.
        case data(JSONValue)
    }

    public var parts: [Part]
}

/// Response keys from the root of the data on; lists on the way are gone through.
public struct ResponsePath: Sendable, Hashable, CustomStringConvertible {
    public var keys: [String]

    public init(_ text: String) { keys = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init) }

    public var description: String { keys.joined(separator: ".") }
}

/// How much one file may ask.
public enum AccessSuiteLimits {
    /// Bytes of the file. Stands against naming the wrong file.
    public static let bytes = 4 << 20
    /// Values of the file, scalars, lists and mappings. Stands against the same.
    public static let nodes = 400_000
    /// Viewers. Stands against tables that nobody reads.
    public static let viewers = 200
    /// Pairs of a test and a viewer. Stands against runs without end: every mutant runs those that
    /// concern it again.
    public static let cases = 10_000
    /// Rows of fixtures. Stands against transactions that hold locks for minutes.
    public static let fixtureRows = 10_000
}
