import PorticoGateway
import TestCluster
import TestHTTP
import Testing
@testable import PorticoHTTP

@Suite(.onBlockingThreads) struct ServerTimingTests {
    @Test func stagesAsTheHeaderHasThem() {
        var observation = RequestObservation()
        observation.stages.parse = 210_400
        observation.stages.validate = 1_000_000
        observation.stages.plan = 12_345_678
        observation.stages.database = 1_500_000_000
        observation.stages.write = 999
        observation.stages.total = 1_515_000_000
        #expect(
            ServerTiming.field(observation, tellsStages: true)
                == "parse;dur=0.210, validate;dur=1.000, plan;dur=12.345, database;dur=1500.000, write;dur=0.000, total;dur=1515.000"
        )
    }

    @Test func aPlanThatWasKeptSaysSo() {
        var observation = RequestObservation()
        observation.planCacheHit = true
        observation.stages.total = 70_000
        #expect(ServerTiming.field(observation, tellsStages: true) == "plan;desc=\"cached\", total;dur=0.070")
    }

    /// What tells whether somebody has sent the document before is for nobody whom a tenant binds.
    @Test func othersAreToldTheTotalAlone() {
        var first = RequestObservation(), second = RequestObservation()
        (first.stages.parse, first.stages.validate, first.stages.plan, first.stages.database, first.stages.total) = (
            1, 2, 3, 4, 5_000_000
        )
        (second.planCacheHit, second.stages.total) = (true, 5_000_000)
        for observation in [first, second] {
            #expect(ServerTiming.field(observation, tellsStages: false) == "total;dur=5.000")
        }
    }

    @Test(arguments: [("admin", true), ("client", false), ("owner", false), (nil, false)])
    func onlyWhomNoTenantBindsIsToldOfStages(_ user: String?, _ tells: Bool) async throws {
        let office = try await Office.office()
        office.service.observation.stages.parse = 1_000
        let answer = try office.post(authorization: user.map { Office.token($0) }, fields: "x-portico-timing: 1\r\n")
        #expect(answer.headers["server-timing"] == (tells ? "parse;dur=0.001, total;dur=0.000" : "total;dur=0.000"))
    }

    @Test(arguments: [
        ("X-Portico-Timing: 1\r\n", true), ("x-portico-timing: 0\r\n", false), ("x-portico-timing: true\r\n", false),
        ("", false),
    ])
    func onlyWhoAsksIsTold(fields: String, isTold: Bool) async throws {
        let answer = try await Office.office().post(fields: fields)
        #expect((answer.headers["server-timing"] != nil) == isTold)
    }
}
