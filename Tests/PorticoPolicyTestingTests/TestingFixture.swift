import Diagnostics
import JSONBytes
import PorticoAccess
import PorticoCatalog
import PorticoGateway
import TestFixtures

@testable import PorticoPolicyTesting

/// Suites and answers as tests state them, on the schema of this repository.
enum TestingFixture {
    static let roles = ["agency_agent", "agency_owner", "anonymous", "client", "super_admin"]

    static func suite(_ text: String, files: [String: String] = [:]) throws(Diagnostics) -> AccessSuite {
        try AccessSuiteReader.read(SourceText(name: "tests.yaml", text), catalog: Fixture.catalog, roles: roles) {
            files[$0].map { Array($0.utf8) }
        }
    }

    /// The problems of a suite, each as `line:column message hint`.
    static func problems(_ text: String) -> [String] {
        do throws(Diagnostics) {
            _ = try suite(text)
            return []
        } catch {
            let source = SourceText(name: "tests.yaml", text)
            return error.items.map { item in
                let place = item.range.map { source.position(at: Int($0.start)) }
                return
                    "\(place.map { "\($0.line):\($0.column) " } ?? "")\(item.message)\(item.hint.map { " " + $0 } ?? "")"
            }
        }
    }

    static func answer(
        _ body: String, _ outcome: GatewayResponse.Outcome = .data, document: String = "{ tickets { id } }"
    ) throws -> CaseAnswer {
        try CaseAnswer(Array(body.utf8), outcome: outcome, document: Array(document.utf8))
    }

    static func mentions(_ document: String) -> OperationMentions {
        OperationMentions(Array(document.utf8), catalog: Fixture.catalog)
    }

    /// The texts of rules that a test states; the resolvers are the repository's.
    static func texts(_ roles: String, tenants: [(String, String)] = []) throws -> RuleTexts {
        var files = try ProjectFiles.read(folder: Fixture.folder)
        files.roles = SourceText(name: "roles.yaml", roles)
        files.tenants = tenants.map { SourceText(name: "tenants/\($0.0).yaml", $0.1) }
        return RuleTexts(files, catalog: Fixture.catalog)
    }
}
