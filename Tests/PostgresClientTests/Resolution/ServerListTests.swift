import Glibc
import SocketLoop
import Testing

@testable import PostgresClient

/// Which names a connection needs looked up, and what libpq is given once they are.
@Suite struct ServerListTests {
    @Test(arguments: [
        ("", "", "", []), ("/run/pg", "", "5432", []), ("@abstract", "", "", []), ("10.0.0.1", "", "", []),
        ("::1", "", "", []), ("fe80::1%lo", "", "", []),
        ("db.example", "", "", ["db.example"]), ("a,b,a", "", "1,2,3", ["a", "b"]),
        ("/run/pg,db,10.0.0.1", "", "", ["db"]),
        // What has its address beside it is not looked up.
        ("db.example", "10.0.0.1", "", []), ("a,b", "10.0.0.1,", "", ["b"]), ("", "10.0.0.1,10.0.0.2", "", []),
        // Lists that do not fit each other are left to libpq.
        ("a,b", "10.0.0.1", "", []), ("a,b", "", "1,2,3", []),
    ])
    func onlyNamesAreLookedUp(host: String, hostaddr: String, port: String, names: [String]) {
        #expect(ServerList(host: host, hostaddr: hostaddr, port: port).names == names)
    }

    private func text(_ list: ServerList, _ found: [String: HostResolver.Answer]) throws -> [String] {
        try list.parameters(found).map { "\($0.keyword)=\($0.value)" }
    }

    @Test func severalAddressesAreServersOfTheirOwn() throws {
        let list = ServerList(host: "a,/run/pg,b,10.0.0.9", hostaddr: "", port: "1,2,3,4")
        #expect(
            try text(list, ["a": .success(["192.0.2.1", "2001:db8::1"]), "b": .success(["192.0.2.2"])]) == [
                "host=a,a,/run/pg,b,10.0.0.9", "hostaddr=192.0.2.1,2001:db8::1,,192.0.2.2,", "port=1,1,2,3,4",
            ])
    }

    @Test func onePortIsThatOfAllAndNoneIsTheUsualOne() throws {
        #expect(
            try text(
                ServerList(host: "a,b", hostaddr: "", port: "6432"),
                ["a": .success(["192.0.2.1"]), "b": .success(["192.0.2.2"])]
            ).last == "port=6432,6432")
        #expect(try text(ServerList(host: "a", hostaddr: "", port: ""), ["a": .success(["192.0.2.1"])]).last == "port=")
    }

    @Test func aNameWithoutAnAddressIsLeftOutUnlessItIsTheLast() throws {
        let list = ServerList(host: "gone,b", hostaddr: "", port: "")
        #expect(
            try text(list, ["gone": .failure(.init("Name or service not known")), "b": .success(["192.0.2.2"])]).first
                == "host=b")
        let failure = #expect(throws: DatabaseFailure.self) {
            try list.parameters([
                "gone": .failure(.init("Name or service not known")), "b": .failure(.init("no answer within 5 ms")),
            ])
        }
        #expect(failure?.kind == .unavailable)
        #expect(
            failure?.message
                == "could not translate host name \"gone\" to address: Name or service not known\ncould not translate host name \"b\" to address: no answer within 5 ms"
        )
    }

    /// Defaults of the environment and of service files are libpq's to read.
    @Test func libpqCompletesWhatTheTextLeavesOut() throws {
        #expect(
            ServerList(try ConnectionSettings("postgres://ann@db.example:6432/x").pipelineParameters).names == [
                "db.example"
            ])
        #expect(
            ServerList(try ConnectionSettings("host=a,b port=1,2 hostaddr=10.0.0.1,").pipelineParameters).names == ["b"]
        )
        let file = "/tmp/portico-service-\(getpid()).conf"
        defer { unlink(file) }
        let written = file.withCString { path in
            guard let stream = fopen(path, "w") else { return false }
            fputs("[portico_test]\nhost=of.the.service\nport=7000\n", stream)
            return fclose(stream) == 0
        }
        try #require(written)
        // Only this service of this name reads it.
        setenv("PGSERVICEFILE", file, 1)
        defer { unsetenv("PGSERVICEFILE") }
        #expect(
            ServerList(try ConnectionSettings("service=portico_test").pipelineParameters).names == ["of.the.service"])
    }

    @Test func theSystemKnowsItsOwnNames() throws {
        let addresses = try HostLookup.system.addresses("localhost").get()
        #expect(addresses.contains("127.0.0.1") || addresses.contains("::1"))
        #expect(Set(addresses).count == addresses.count)
        #expect(throws: HostLookup.Failure.self) { try HostLookup.system.addresses("name with spaces.invalid").get() }
    }
}
