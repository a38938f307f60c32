import Diagnostics

/// A lexical token (section 2.1.6): its kind and half-open range of bytes, without allocation.
struct Token {
    enum Kind: UInt8 {
        case endOfText
        case bang, dollar, ampersand, parenOpen, parenClose, spread, colon, equals, at
        case bracketOpen, bracketClose, braceOpen, pipe, braceClose
        case name, int, float, string, blockString
    }

    var kind: Kind
    /// A string with at least one escape sequence: its value is not its spelling.
    var hasEscapes = false
    var start: Int
    var end: Int

    var range: SourceRange { SourceRange(start, end) }
}

extension Token.Kind {
    /// Its name in error messages.
    var expected: StaticString {
        switch self {
        case .endOfText: "the end of the text"
        case .bang: "\"!\""
        case .dollar: "\"$\""
        case .ampersand: "\"&\""
        case .parenOpen: "\"(\""
        case .parenClose: "\")\""
        case .spread: "\"...\""
        case .colon: "\":\""
        case .equals: "\"=\""
        case .at: "\"@\""
        case .bracketOpen: "\"[\""
        case .bracketClose: "\"]\""
        case .braceOpen: "\"{\""
        case .pipe: "\"|\""
        case .braceClose: "\"}\""
        case .name: "a name"
        case .int, .float: "a number"
        case .string, .blockString: "a string"
        }
    }
}
