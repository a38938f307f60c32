import PorticoAccess

extension TypeVerdict {
    /// `Payment is optional, and the tenant's file does not grant it`.
    public var words: String {
        switch reason {
        case .stated: "\(type) may be read"
        case .granted: "\(type) is optional, and granted"
        case .notStated: "the role states nothing for \(type)"
        case .notGranted: "\(type) is optional, and the tenant's file does not grant it"
        case .withoutIsolation: "\(type) states no isolation, so that only roles with `crossTenant: true` may read it"
        case .nothingLeft: "nothing of \(type) is left that may be read"
        }
    }
}

extension FieldVerdict {
    /// `Ticket.assignee is named in `except``.
    public var words: String {
        switch reason {
        case .all: "\(type).\(field) is in `fields: all`"
        case .listed: "\(type).\(field) is named in `fields`"
        case .notExcepted: "\(type).\(field) is not named in `except`"
        case .notListed: "\(type).\(field) is not named in `fields`"
        case .excepted: "\(type).\(field) is named in `except`"
        case .hidden: "\(type).\(field) is hidden by the tenant's file"
        case .target(let target): "\(type).\(field) leads to \(target.type): \(target.words)"
        case .type(let type): type.words
        }
    }
}
