/// The binary form of a type's values (`typsend`); types with the same form are read alike.
///
/// Each result column is read by one form. It is checked against the type that PostgreSQL reports,
/// because nothing else distinguishes a `float4` from an `int4`: both have four bytes.
public struct BinaryForm: Sendable, Hashable {
    /// PostgreSQL's name of a type that has the form.
    public enum Element: String, Sendable, Hashable {
        /// `text`, `varchar`, `char`, `name`, `citext`, `xml`, the labels of enums.
        case text
        case int2, int4, int8
        case float4, float8
        case numeric
        case bool
        case timestamptz, timestamp, date
        case uuid
        case json, jsonb
    }

    public var element: Element
    /// An array of such elements; its type is independent of its dimensions.
    public var isArray: Bool

    public init(_ element: Element, isArray: Bool = false) {
        self.element = element
        self.isArray = isArray
    }

    /// The form of a built-in type, by its OID, the same in every database; `nil` for others.
    public init?(builtIn type: UInt32) {
        switch type {
        case 25, 1043, 1042, 19, 142: self.init(.text)
        case 21: self.init(.int2)
        case 23: self.init(.int4)
        case 20: self.init(.int8)
        case 700: self.init(.float4)
        case 701: self.init(.float8)
        case 1700: self.init(.numeric)
        case 16: self.init(.bool)
        case 1184: self.init(.timestamptz)
        case 1114: self.init(.timestamp)
        case 1082: self.init(.date)
        case 2950: self.init(.uuid)
        case 114: self.init(.json)
        case 3802: self.init(.jsonb)
        case 1009, 1015, 1014, 1003: self.init(.text, isArray: true)
        case 1005: self.init(.int2, isArray: true)
        case 1007: self.init(.int4, isArray: true)
        case 1016: self.init(.int8, isArray: true)
        case 1021: self.init(.float4, isArray: true)
        case 1022: self.init(.float8, isArray: true)
        case 1231: self.init(.numeric, isArray: true)
        case 1000: self.init(.bool, isArray: true)
        case 1185: self.init(.timestamptz, isArray: true)
        case 1115: self.init(.timestamp, isArray: true)
        case 1182: self.init(.date, isArray: true)
        case 2951: self.init(.uuid, isArray: true)
        case 199: self.init(.json, isArray: true)
        case 3807: self.init(.jsonb, isArray: true)
        default: return nil
        }
    }

    /// The form of values written by this PostgreSQL function; `nil` if it is not supported.
    /// - Parameter element: For an array, the function of its elements.
    public init?(sentBy function: String, element: String? = nil) {
        switch function {
        case "textsend", "varcharsend", "bpcharsend", "namesend", "citextsend", "enum_send", "xml_send":
            self.init(.text)
        case "int2send": self.init(.int2)
        case "int4send": self.init(.int4)
        case "int8send": self.init(.int8)
        case "float4send": self.init(.float4)
        case "float8send": self.init(.float8)
        case "numeric_send": self.init(.numeric)
        case "boolsend": self.init(.bool)
        case "timestamptz_send": self.init(.timestamptz)
        case "timestamp_send": self.init(.timestamp)
        case "date_send": self.init(.date)
        case "uuid_send": self.init(.uuid)
        case "json_send": self.init(.json)
        case "jsonb_send": self.init(.jsonb)
        case "array_send":
            guard let element, element != "array_send", let form = BinaryForm(sentBy: element) else { return nil }
            self.init(form.element, isArray: true)
        default: return nil
        }
    }
}

extension BinaryForm: CustomStringConvertible {
    public var description: String { isArray ? "\(element.rawValue)[]" : element.rawValue }
}

/// A result column whose type differs from the one it would be read as.
public struct MisreadColumn: Sendable, Hashable {
    /// In the result, from 0.
    public var column: Int
    public var expected: BinaryForm
    /// PostgreSQL's name of the type.
    public var found: String

    public init(column: Int, expected: BinaryForm, found: String) {
        self.column = column
        self.expected = expected
        self.found = found
    }
}
