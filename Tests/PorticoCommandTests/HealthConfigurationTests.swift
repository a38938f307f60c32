import Diagnostics
import Testing

@testable import portico

@Suite struct HealthConfigurationTests {
    private func read(_ text: String) -> (HealthConfiguration?, [String]) {
        do throws(Diagnostics) {
            return (try HealthConfigurationReader.read(SourceText(name: "config/health.yaml", text)), [])
        } catch {
            return (
                nil,
                error.items.map {
                    render($0, in: SourceText(name: "config/health.yaml", text)).split(separator: "\n").first.map(
                        String.init) ?? ""
                }
            )
        }
    }

    @Test func numbersAreExactOrAtLeast() {
        let (configuration, problems) = read("counts: { a: 3, b: { atLeast: 2 } }\nstructure: { tables: 11 }")
        #expect(problems.isEmpty)
        #expect(
            configuration?.counts == [.init(name: "a", expected: .exactly(3)), .init(name: "b", expected: .atLeast(2))])
        #expect(configuration?.tables == .exactly(11) && configuration?.indexes == nil)
        #expect(HealthConfiguration.Expected.exactly(3).holds(3) && !HealthConfiguration.Expected.exactly(3).holds(4))
        #expect(HealthConfiguration.Expected.atLeast(2).holds(3) && !HealthConfiguration.Expected.atLeast(2).holds(1))
    }

    @Test func variablesKeepTheirTypes() {
        let (configuration, _) = read(
            "queries: [{ name: n, as: u, graphql: '{ a }', variables: { a: 1, b: '1', c: true, d: null, e: [x], f: { g: 1.5 } } }]"
        )
        #expect(
            configuration?.queries.first?.variables.map(\.value) == [
                .number("1"), .string("1"), .bool(true), .null, .array([.string("x")]),
                .object([.init(key: "g", value: .number("1.5"))]),
            ])
    }

    @Test func everyProblemIsFoundInItsPlace() {
        let (_, problems) = read(
            "counts: { a: many, b: { atleast: 2 } }\nrelations:\n  - { name: n, show: 1 }\nisolaton: []\n")
        #expect(problems.count == 5, "\(problems)")
        #expect(problems.contains { $0.hasPrefix("config/health.yaml:1:14: error: Expected the number of `a`") })
        #expect(problems.contains { $0.contains("The key `sql` is missing") })
        #expect(problems.contains { $0.contains("4:1") && $0.contains("isolaton") })
    }
}
