import PorticoGateway
import TestCluster
import Testing
@testable import PorticoServer

@Suite(.onBlockingThreads) struct ServerTimingTests {
    @Test func stagesAsTheHeaderHasThem() {
        var observation = RequestObservation()
        observation.stages.parse = 210_400
        observation.stages.validate = 1_000_000
        observation.stages.plan = 12_345_678
        observation.stages.database = 1_500_000_000
        observation.stages.write = 999
        observation.stages.total = 1_515_000_000
        #expect(ServerTiming.field(observation) == "parse;dur=0.210, validate;dur=1.000, plan;dur=12.345, database;dur=1500.000, write;dur=0.000, total;dur=1515.000")
    }

    @Test func aPlanThatWasKeptSaysSo() {
        var observation = RequestObservation()
        observation.planCacheHit = true
        observation.stages.total = 70_000
        #expect(ServerTiming.field(observation) == "plan;desc=\"cached\", total;dur=0.070")
    }

    @Test(arguments: [("X-Portico-Timing: 1\r\n", true), ("x-portico-timing: 0\r\n", false), ("x-portico-timing: true\r\n", false), ("", false)])
    func onlyWhoAsksIsTold(fields: String, isTold: Bool) async throws {
        let answer = try await Office.office().post(fields: fields)
        #expect((answer.headers["server-timing"] != nil) == isTold)
    }
}
