import CLibPQ
import SocketLoop

/// The servers that a connection may go to, as libpq reads `host`, `hostaddr` and `port`, and the
/// names among them.
///
/// libpq looks names up while it connects, on the thread that connects: the loop. Given `hostaddr`
/// beside `host` it does not, and keeps the name for what needs it: the certificate's subject,
/// `.pgpass`.
struct ServerList: Equatable {
    private struct Server: Equatable {
        var host: String
        var address: String
        var port: String

        /// A socket's folder and an address in numbers need no look-up, and neither does what has
        /// its address beside it.
        var isName: Bool {
            address.isEmpty && !host.isEmpty && !host.hasPrefix("/") && !host.hasPrefix("@")
                && !HostLookup.isAddress(host)
        }
    }

    private let servers: [Server]

    /// The three lists with commas, as libpq takes them. Lists that do not fit each other give no
    /// server: libpq itself says then what is wrong.
    init(host: String, hostaddr: String, port: String) {
        func list(_ text: String) -> [String] {
            text.isEmpty ? [] : text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        let hosts = list(host), addresses = list(hostaddr), ports = list(port)
        let count = addresses.isEmpty ? hosts.count : addresses.count
        guard hosts.isEmpty || hosts.count == count, ports.count <= 1 || ports.count == count else {
            servers = []
            return
        }
        servers = (0..<count).map { index in
            Server(
                host: hosts.isEmpty ? "" : hosts[index], address: addresses.isEmpty ? "" : addresses[index],
                port: ports.count == 1 ? ports[0] : ports.isEmpty ? "" : ports[index])
        }
    }

    /// Those of parameters that libpq completes by the environment and service files.
    init(_ parameters: [ConnectionSettings.Parameter]) {
        // A word that no `sslmode` is keeps it from connecting, and it has completed everything by
        // then.
        let stopped = parameters + [ConnectionSettings.Parameter(keyword: "sslmode", value: "portico-asks")]
        let connection = stopped.withCArrays { PQconnectStartParams($0, $1, 0) }
        defer { if let connection { PQfinish(connection) } }
        guard let connection, PQstatus(connection) == CONNECTION_BAD, let options = PQconninfo(connection) else {
            self.init(host: "", hostaddr: "", port: "")
            return
        }
        defer { PQconninfoFree(options) }
        var found: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { found[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        self.init(host: found["host"] ?? "", hostaddr: found["hostaddr"] ?? "", port: found["port"] ?? "")
    }

    /// The names that have to be looked up, each once.
    var names: [String] {
        var seen: Set<String> = []
        return servers.filter(\.isName).map(\.host).filter { seen.insert($0).inserted }
    }

    /// Parameters that say the same with an address beside each name; of a name with several
    /// addresses one server becomes several, tried in turn. A name without an address is left out.
    /// - Throws: ``DatabaseFailure`` (``DatabaseFailure/Kind/unavailable``) when no server is left.
    func parameters(_ found: [String: HostResolver.Answer]) throws(DatabaseFailure) -> [ConnectionSettings.Parameter] {
        var reachable: [Server] = [], problems: [String] = []
        for server in servers {
            guard server.isName else {
                reachable.append(server)
                continue
            }
            switch found[server.host] {
            case .success(let addresses)?:
                reachable += addresses.map { Server(host: server.host, address: $0, port: server.port) }
            case .failure(let failure)?:
                problems.append("could not translate host name \"\(server.host)\" to address: \(failure.message)")
            case nil: problems.append("could not translate host name \"\(server.host)\" to address")
            }
        }
        guard !reachable.isEmpty else { throw DatabaseFailure(.unavailable, message: problems.joined(separator: "\n")) }
        func joined(_ part: (Server) -> String) -> String { reachable.map(part).joined(separator: ",") }
        return [
            ConnectionSettings.Parameter(keyword: "host", value: joined(\.host)),
            ConnectionSettings.Parameter(keyword: "hostaddr", value: joined(\.address)),
            ConnectionSettings.Parameter(keyword: "port", value: joined(\.port)),
        ]
    }
}
