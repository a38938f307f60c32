import Diagnostics

/// Why a command ends: the exit status, and what is printed on standard error.
package struct CommandFailure: Error, Equatable {
    package enum Status: Int32 {
        /// A negative result: a failing check, a refused migration, an unresponsive database.
        case notInOrder = 1
        /// The call itself is wrong: a flag, a file or a setting.
        case wrongUsage = 2
    }

    package var status: Status
    /// Complete sentences, one or more lines; empty if everything has been printed already.
    package var message: String

    package init(status: Status, message: String) { (self.status, self.message) = (status, message) }

    package static func notInOrder(_ message: String) -> CommandFailure {
        CommandFailure(status: .notInOrder, message: message)
    }
    package static func wrongUsage(_ message: String) -> CommandFailure {
        CommandFailure(status: .wrongUsage, message: message)
    }
    /// Everything has already been printed.
    package static let reported = CommandFailure(status: .notInOrder, message: "")
}
