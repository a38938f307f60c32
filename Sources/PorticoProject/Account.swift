import Glibc

/// A system user that may run a database server; PostgreSQL refuses to run as root.
package struct Account: Equatable {
    package let name: String
    package let user: uid_t
    package let group: gid_t

    /// The account that this process must drop to; `nil` unless it is root.
    package static func toDropTo() throws(CommandFailure) -> Account? {
        guard geteuid() == 0 else { return nil }
        for name in ["postgres", "nobody"] {
            if let entry = getpwnam(name), entry.pointee.pw_uid != 0 {
                return Account(name: name, user: entry.pointee.pw_uid, group: entry.pointee.pw_gid)
            }
        }
        throw .notInOrder(
            "PostgreSQL does not run as root, and this system has neither a user \"postgres\" nor \"nobody\": run portico as an ordinary user."
        )
    }

    /// Whether this account may traverse the folders of `path` (absolute; may not exist yet).
    package func canReach(_ path: String) -> Bool {
        var prefix = ""
        for part in path.split(separator: "/") {
            var status = stat()
            guard stat(prefix.isEmpty ? "/" : prefix, &status) == 0 else { return true }
            let needed = status.st_uid == user ? S_IXUSR : status.st_gid == group ? S_IXGRP : S_IXOTH
            guard status.st_mode & needed != 0 else { return false }
            prefix += "/\(part)"
        }
        return true
    }

    /// The program and arguments that run a program as this account, without root's supplementary
    /// groups, and that stop it when this process ends.
    package static func command(
        _ path: String, _ arguments: [String], as account: Account?
    ) throws(CommandFailure) -> (path: String, arguments: [String]) {
        guard
            let tool = (["/usr/bin/setpriv", "/bin/setpriv", "/usr/local/bin/setpriv"] as [String]).first(where: {
                FileSystem.isProgram($0)
            })
        else {
            guard account == nil else {
                throw .notInOrder(
                    "The program \"setpriv\" (of util-linux) is needed to start PostgreSQL from root: install it, or run portico as an ordinary user."
                )
            }
            return (path, arguments)
        }
        var words = ["--pdeathsig", "INT"]
        if let account {
            words += ["--reuid", "\(account.user)", "--regid", "\(account.group)", "--clear-groups", "--inh-caps=-all"]
        }
        // Its working folder is ours, which the account may not be allowed to enter.
        return ("/usr/bin/env", ["--chdir=/", tool] + words + ["--", path] + arguments)
    }
}
