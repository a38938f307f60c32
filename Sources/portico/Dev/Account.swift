import Glibc

/// A user of the system that may run a database server; PostgreSQL refuses to run as root.
struct Account: Equatable {
    let name: String
    let user: uid_t
    let group: gid_t

    /// Whom this process must drop to: nobody in particular when it is not root already.
    static func toDropTo() throws(CommandFailure) -> Account? {
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

    /// Whether this account may pass through every folder on the way to `path` (an absolute path,
    /// of which the last parts need not exist yet).
    func canReach(_ path: String) -> Bool {
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

    /// The program and arguments that run a program as this account, without root's other groups,
    /// and that stop it when this process ends, however it ends.
    static func command(
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
