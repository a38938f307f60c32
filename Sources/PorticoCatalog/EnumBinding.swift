import ExactText
import PostgresSQL

/// An enum of the database and the GraphQL enum that represents it.
public struct EnumBinding: Sendable, Hashable {
    /// Of the GraphQL type.
    public var name: String
    /// Of the PostgreSQL type; `nil` if the labels are stored in a text column.
    public var sqlType: String?
    public let values: [EnumLabel]
    /// The encoded form of each of ``values``, for writing answers.
    public let texts: [EnumText]

    public init(name: String, sqlType: String?, values: [EnumLabel]) {
        self.name = name
        self.sqlType = sqlType
        self.values = values
        texts = values.map { EnumText(label: Array($0.label.utf8), json: Array("\"\($0.value)\"".utf8)) }
    }

    public func label(of value: String) -> String? { values.first { $0.value.hasSameBytes(as: value) }?.label }

    public static func == (left: EnumBinding, right: EnumBinding) -> Bool {
        left.name == right.name && left.sqlType == right.sqlType && left.values == right.values
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(sqlType)
    }
}

/// A value of an enum as bytes, in the database and in JSON.
public struct EnumText: Sendable, Equatable {
    public let label: [UInt8]
    public let json: [UInt8]

    package init(label: [UInt8], json: [UInt8]) { (self.label, self.json) = (label, json) }
}

public struct EnumLabel: Sendable, Hashable {
    /// In GraphQL, such as `IN_PROGRESS`.
    public var value: String
    /// In the database, such as `in_progress`.
    public var label: String

    public init(value: String, label: String) { (self.value, self.label) = (value, label) }

    /// Compares bytes: a database may have two labels that are canonically equivalent in Unicode.
    public static func == (left: EnumLabel, right: EnumLabel) -> Bool {
        left.value.hasSameBytes(as: right.value) && left.label.hasSameBytes(as: right.label)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(ExactString(value))
        hasher.combine(ExactString(label))
    }
}

extension EnumBinding {
    /// The PostgreSQL type in SQL; `nil` if the labels are stored in a text column.
    public var quotedType: String? {
        sqlType.map { $0.split(separator: ".").map { quoteIdentifier(String($0)) }.joined(separator: ".") }
    }
}
