import Diagnostics

/// Why a command ends: the status that the shell sees, and what is printed on the standard error
/// first.
struct CommandFailure: Error, Equatable {
    enum Status: Int32 {
        /// The thing asked about is not in order: a failing check, a refused migration, a database
        /// that does not answer.
        case notInOrder = 1
        /// The call itself is wrong: a flag, a file or a setting.
        case wrongUsage = 2
    }

    var status: Status
    /// Complete sentences, one or more lines; empty where everything has been printed already.
    var message: String

    static func notInOrder(_ message: String) -> CommandFailure {
        CommandFailure(status: .notInOrder, message: message)
    }
    static func wrongUsage(_ message: String) -> CommandFailure {
        CommandFailure(status: .wrongUsage, message: message)
    }
    /// Everything has been said on the way.
    static let reported = CommandFailure(status: .notInOrder, message: "")
}
