import CLibPQ
import SocketLoop

/// A connection's possible servers, as libpq reads `host`, `hostaddr` and `port`, and their names.
///
/// libpq resolves names while it connects, on the connecting thread: the loop. Given `hostaddr` in
/// addition to `host` it does not, and uses the name only for certificates and `.pgpass`.
struct ServerList: Equatable {
    private struct Server: Equatable {
        var host: String
        var address: String
        var port: String

        /// A socket's folder, a numeric address, and a name with a given address need no look-up.
        var isName: Bool {
            address.isEmpty && !host.isEmpty && !host.hasPrefix("/") && !host.hasPrefix("@")
                && !HostLookup.isAddress(host)
        }
    }

    private let servers: [Server]

    /// The three comma-separated lists of libpq. Lists of inconsistent lengths give no server:
    /// libpq itself reports the problem.
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

    /// From parameters that libpq completes from the environment and service files.
    init(_ parameters: [ConnectionSettings.Parameter]) {
        // An invalid `sslmode` keeps it from connecting after it has completed everything.
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

    /// The distinct names to resolve.
    var names: [String] {
        var seen: Set<String> = []
        return servers.filter(\.isName).map(\.host).filter { seen.insert($0).inserted }
    }

    /// Equivalent parameters with an address for each name. A name with several addresses becomes
    /// several servers, tried in turn; a name without an address is omitted.
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
