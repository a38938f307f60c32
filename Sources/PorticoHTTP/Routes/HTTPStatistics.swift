import HTTPWire
import PorticoAccess
import PorticoConfiguration
import PorticoIdentity

/// Counters of one worker's HTTP side, confined to its loop.
package final class HTTPStatistics {
    package struct Answers {
        package let route: StaticString
        package let status: Int
        package var count: Int
    }

    /// One per route and status that occurred; few, with the most frequent first.
    @exclusivity(unchecked) package private(set) var answers: [Answers] = []
    @exclusivity(unchecked) package private(set) var inFlight = 0
    package private(set) var authenticationFailures: [AuthenticationFailure.Kind: Int] = [:]
    /// By the limit's name.
    package private(set) var limitsHit: [String: Int] = [:]

    func began() { inFlight += 1 }

    func ended(_ route: StaticString, status: Int) {
        inFlight -= 1
        count(route, status: status)
    }

    /// Counts a request that never began because it could not be read.
    func count(_ route: StaticString, status: Int) {
        for index in answers.indices
        where answers[index].status == status && answers[index].route.utf8Start == route.utf8Start {
            answers[index].count += 1
            // Keeps the most frequent first, which makes the search short.
            if index > 0, answers[index].count > answers[index - 1].count { answers.swapAt(index, index - 1) }
            return
        }
        answers.append(Answers(route: route, status: status, count: 1))
    }

    func count(_ failure: AuthenticationFailure) { authenticationFailures[failure.kind, default: 0] += 1 }

    /// Counts a request refused because of the limit of this name.
    func hit(_ limit: String) { limitsHit[limit, default: 0] += 1 }
}

extension LimitName {
    /// The limit that a request exceeded while being read.
    init(_ excess: HTTPFailure.Excess) {
        self =
            switch excess {
            case .requestLine: .requestLine
            case .headers: .headers
            case .body: .body
            case .headTime: .headerTimeout
            case .bodyTime: .bodyTimeout
            case .bodies: .bodyBytes
            }
    }
}
