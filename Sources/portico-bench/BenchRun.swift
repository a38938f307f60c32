import PorticoProject

/// Measures gateways in turn: each one within a round, so that other load affects all of them.
struct BenchRun {
    let targets: [any BenchTarget]
    let workloads: [BenchWorkload]
    let options: BenchOptions

    /// All measurements, workload by workload and step by step.
    func results() throws(CommandFailure) -> [BenchResult] {
        var results: [BenchResult] = []
        for workload in workloads {
            for inFlight in options.steps {
                Terminal.note("portico: measuring \(workload.name) with \(inFlight) in flight")
                results.append(try result(workload, inFlight))
            }
        }
        return results
    }

    private func result(_ workload: BenchWorkload, _ inFlight: Int) throws(CommandFailure) -> BenchResult {
        if options.warmup > 0 {
            for target in targets { _ = try target.load(workload, inFlight: inFlight, seconds: options.warmup) }
        }
        var rounds = targets.map { _ in [BenchMeasurement]() }
        for round in 0..<options.rounds {
            // Alternates the order, so that after-effects do not always hit the same gateway.
            let order = round.isMultiple(of: 2) ? Array(targets.indices) : targets.indices.reversed()
            for index in order { rounds[index].append(try measure(targets[index], workload, inFlight)) }
        }
        return BenchResult(
            workload: workload.name, inFlight: inFlight,
            sides: zip(targets, rounds).map { BenchResult.Side(name: $0.name, rounds: $1) })
    }

    private func measure(
        _ target: any BenchTarget, _ workload: BenchWorkload, _ inFlight: Int
    ) throws(CommandFailure) -> BenchMeasurement {
        // Reading the metrics is kept out of the gateway's CPU time.
        let statements = target.statementsSent()
        let gateway = target.gatewayCPU(), postgres = options.postgresPid.flatMap { ProcessCPU.ofFamily($0) }
        let counts = try target.load(workload, inFlight: inFlight, seconds: options.seconds)
        let gatewayAfter = target.gatewayCPU(), postgresAfter = options.postgresPid.flatMap { ProcessCPU.ofFamily($0) }
        return BenchMeasurement(
            answered: counts.answered, errors: counts.errors, firstError: counts.firstError, bytes: counts.bytes,
            nanoseconds: counts.nanoseconds, latencies: counts.latencies,
            statements: Self.difference(target.statementsSent(), statements),
            gatewayNanoseconds: Self.difference(gatewayAfter, gateway),
            postgresNanoseconds: Self.difference(postgresAfter, postgres))
    }

    /// `nil` if one of them is unknown, or the count was reset in between.
    private static func difference(_ after: Int?, _ before: Int?) -> Int? {
        guard let after, let before, after >= before else { return nil }
        return after - before
    }
}
