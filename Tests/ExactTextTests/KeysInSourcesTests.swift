import Foundation
import Testing

/// No plain `String` is a key where identities, rules, cached results or what strangers send are
/// looked up: the sources are read for tables and sets of `String`, and each that is there has its
/// reason here.
@Suite struct KeysInSourcesTests {
    /// Why a table or set of `String` does no harm.
    enum Reason {
        /// The keys are names of GraphQL, ASCII by its grammar, and nothing that a stranger sends
        /// as a value of JSON or YAML is looked up there but as an `ExactString`.
        case names
        /// Names of columns, tables and files that the operator's own files state, compared with
        /// nothing of a request.
        case project
        /// Hexadecimal digits, metrics' names or texts of logs.
        case figures
        /// A convenience that makes `ExactString`s of what it is given.
        case converted
    }

    /// The targets on the way of a request, with the tables of `String` that each of their files
    /// may have.
    static let allowed: [String: (count: Int, reason: Reason)] = [
        "GraphQLSchema/Building/CheckDirectiveUses.swift": (1, .names),
        "GraphQLSchema/Building/CheckDirectives.swift": (2, .names),
        "GraphQLSchema/Building/CheckInterfaces.swift": (1, .names),
        "GraphQLSchema/Building/CheckMembers.swift": (1, .names),
        "GraphQLSchema/Building/CheckRootTypes.swift": (1, .names),
        "GraphQLSchema/Building/ReferenceGraph.swift": (2, .names),
        "GraphQLSchema/Building/SchemaAssembly.swift": (1, .names),
        "GraphQLSchema/Building/SchemaBuilder.swift": (1, .names),
        "GraphQLSchema/Building/SchemaCheck.swift": (2, .names),
        "GraphQLSchema/Building/SchemaDraft.swift": (2, .names),
        "GraphQLSchema/Schema.swift": (8, .names), "GraphQLSchema/SchemaPrinter.swift": (2, .names),
        "GraphQLSchema/SchemaPruner.swift": (13, .names),
        "GraphQLValidation/Document/DocumentIndex.swift": (2, .names),
        "GraphQLValidation/Document/OperationSize.swift": (1, .names),
        "GraphQLValidation/Document/OperationVariables.swift": (1, .names),
        "GraphQLValidation/FieldCollector.swift": (2, .names),
        "GraphQLValidation/Input/ForbiddenNulls.swift": (1, .names),
        "GraphQLValidation/Input/LiteralCoercion.swift": (2, .names),
        "GraphQLValidation/Input/ScalarWithVariables.swift": (1, .names),
        "GraphQLValidation/Rules/FieldSelectionMerging.swift": (3, .names),
        "GraphQLValidation/Rules/FragmentsMustBeUsed.swift": (1, .names),
        "GraphQLValidation/Rules/OperationNameUniqueness.swift": (1, .names),
        "GraphQLValidation/ValidatedOperation.swift": (5, .names),
        "PorticoAccess/Policy.swift": (1, .names), "PorticoAccess/RoleFile.swift": (6, .names),
        "PorticoAccess/RuleCompiler.swift": (5, .names),
        "PorticoAccess/RuleRows.swift": (1, .names), "PorticoAccess/CompiledPolicy.swift": (4, .names),
        "PorticoAccess/TenantFile.swift": (2, .names),
        "PorticoAccess/Viewer.swift": (1, .converted),
        "PorticoCatalog/Catalog.swift": (9, .names), "PorticoCatalog/TypeBinding.swift": (3, .names),
        "PorticoCatalog/Derivation/AccessTypes.swift": (3, .names),
        "PorticoCatalog/Derivation/AggregateTypes.swift": (2, .names),
        "PorticoCatalog/Derivation/Derivation.swift": (8, .names),
        "PorticoCatalog/Derivation/DerivedFields.swift": (1, .names),
        "PorticoCatalog/Derivation/FilterTypes.swift": (4, .names),
        "PorticoCatalog/Derivation/GroupTypes.swift": (1, .names),
        "PorticoCatalog/Derivation/NodeTypes.swift": (3, .names),
        "PorticoCatalog/Derivation/OperatorTypes.swift": (1, .names),
        "PorticoCatalog/Derivation/OrderTypes.swift": (1, .names),
        "PorticoCatalog/Loading/CatalogLoader.swift": (13, .names),
        "PorticoCatalog/Loading/ColumnTypes.swift": (1, .project),
        "PorticoCatalog/Loading/RootBinder.swift": (3, .names),
        "PorticoCatalog/Loading/TypeBinder.swift": (8, .project),
        "PorticoCatalog/Values/PorticoScalars.swift": (1, .names),
        "PorticoGateway/Metrics/GatewayMetrics.swift": (1, .names),
        "PorticoGateway/Metrics/OperationNames.swift": (1, .names),
        "PorticoGateway/StatisticsReader.swift": (2, .project),
        "PorticoPlanning/GroupKey.swift": (1, .names), "PorticoPlanning/ListArguments.swift": (1, .names),
        "PorticoPlanning/PlanEstimate.swift": (2, .project),
        "PorticoPolicy/History/AccessHistory.swift": (2, .figures),
        "PorticoPolicy/History/AccessHistoryWriter.swift": (2, .figures),
        "PorticoTelemetry/Logging/DatabaseLog.swift": (1, .figures),
        "PorticoTelemetry/Logging/RecordedOperation.swift": (4, .figures),
        "PorticoTelemetry/Logging/RepeatedLines.swift": (1, .figures),
        "PorticoHTTP/Routes/HTTPStatistics.swift": (1, .figures),
        "PorticoServer/WorkerMetrics.swift": (2, .figures),
        "PorticoHTTP/Routes/Readiness.swift": (2, .project),
        "PorticoServer/ServerState.swift": (2, .project),
    ]

    static let targets =
        [
            "JSONBytes", "YAMLTree", "GraphQLSchema", "GraphQLValidation", "GraphQLIntrospection", "PorticoCatalog",
            "PorticoAccess", "PorticoPlanning", "PorticoExecution",
            "PorticoGateway",
        ] + serving

    /// The targets of the server.
    static let serving = [
        "PorticoConfiguration", "PorticoIdentity", "PorticoTelemetry", "PorticoHTTP", "PorticoPolicy", "PorticoServer",
    ]

    private static let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Sources").path

    /// The lines of a file's code in which `String` stands.
    private static func code(_ path: String) throws -> [Substring] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").filter {
            $0.utf8.contains(0x53) && $0.contains("String") && !$0.drop { $0 == " " }.hasPrefix("//")
        }
    }

    private static func files(of target: String) throws -> [String] {
        let files = try FileManager.default.subpathsOfDirectory(atPath: "\(sources)/\(target)").filter {
            $0.hasSuffix(".swift")
        }.map { "\(target)/\($0)" }
        try #require(!files.isEmpty, "\(target) has sources")
        return files
    }

    /// Lines of code that make a table or set keyed by `String`.
    private static func stringKeys(_ line: Substring) -> Bool {
        line.contains(#/\[String\??: ?[A-Z\[(]|Set<String\??>|(Dictionary|Cache|Map|Table)<String\b|OrderedSet<String/#)
    }

    @Test(arguments: targets) func noTableIsKeyedByStrings(_ target: String) throws {
        for file in try Self.files(of: target) {
            let found = try Self.code("\(Self.sources)/\(file)").filter(Self.stringKeys)
            let most = Self.allowed[file]?.count ?? 0
            #expect(
                found.count <= most,
                "\(file) keys tables by String: use ExactString, or say here why it does no harm.\n\(found.joined(separator: "\n"))"
            )
        }
    }

    @Test func whatIsAllowedIsThere() throws {
        for (file, entry) in Self.allowed {
            let found = try Self.code("\(Self.sources)/\(file)").count { Self.stringKeys($0) }
            #expect(found == entry.count, "\(file) has \(found) tables of String now")
        }
    }

    /// What says who somebody is has the type that compares by bytes, wherever it is kept.
    @Test func identitiesAreNoStrings() throws {
        let identity = #/\b(var|let) (user|subject|tenant|role|issuer)\b: (\[?String)/#
        // Configuration as it is written, and what is shown.
        let known: Set<String> = [
            "PorticoAccess/AccessProvenance.swift", "PorticoAccess/RuleCompiler.swift",
            "PorticoAccess/RuleFilter.swift", "PorticoAccess/CompiledPolicy.swift", "PorticoAccess/TenantFile.swift",
            "PorticoConfiguration/Authentication/TokenRequirements.swift",
            "PorticoIdentity/TokenIssuer.swift",
        ]
        for target in ["PorticoAccess", "PorticoGateway", "PorticoExecution"] + Self.serving {
            for file in try Self.files(of: target) where !known.contains(file) {
                let found = try Self.code("\(Self.sources)/\(file)").filter { $0.contains(identity) }
                #expect(found.isEmpty, "\(file): \(found)")
            }
        }
        // The reason of a failure is a sentence, not a claim.
        let associated = #/case (tenant|user|subject|role)\(String/#
        for target in Self.targets {
            for file in try Self.files(of: target) {
                #expect(try Self.code("\(Self.sources)/\(file)").filter { $0.contains(associated) }.isEmpty, "\(file)")
            }
        }
    }

    /// The letters of an identity are folded nowhere but in ASCII.
    @Test func identitiesAreNotFolded() throws {
        for folder in [
            "PorticoAccess", "PorticoConfiguration/Authentication", "PorticoIdentity", "PorticoHTTP/Admission",
        ] {
            for file in try Self.files(of: folder) {
                let text = try String(contentsOfFile: "\(Self.sources)/\(file)", encoding: .utf8)
                let found = ["lowercased()", "localizedCompare", "caseInsensitive"].filter { text.contains($0) }
                #expect(found.isEmpty, "\(file): \(found)")
            }
        }
    }
}
