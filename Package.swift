// swift-tools-version: 6.2
import PackageDescription

// The floors of the house, lowest first; Sources/README.md explains them. A target imports only
// what stands here beside it: the tests are built with `--explicit-target-dependency-import-check
// error`.

/// Targets on the way from a cell of a result to a byte of the response: their borders must not
/// cost a call per byte.
let hot: [SwiftSetting] = [.unsafeFlags(["-cross-module-optimization"], .when(configuration: .release))]

let package = Package(
    name: "portico",
    products: [
        .executable(name: "portico", targets: ["portico"]),
        .executable(name: "portico-bench", targets: ["portico-bench"]),
    ],
    dependencies: [
        .package(url: "https://github.com/vapor/jwt-kit", exact: "5.7.1"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", exact: "1.7.3"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", exact: "2.13.0"),
    ],
    targets: [
        // Floor 0
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CLibYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CSocketShim"),
        .target(name: "Diagnostics"),
        .target(name: "ExactText", swiftSettings: hot),
        .target(name: "PlainFiles"),
        .target(name: "JSONBytes", dependencies: ["ExactText"], swiftSettings: hot),
        // Floor 1
        .target(name: "SocketLoop", dependencies: ["CSocketShim"], swiftSettings: hot),
        .target(name: "HTTPWire", swiftSettings: hot),
        .target(name: "Gzip", dependencies: ["CZlib"], swiftSettings: hot),
        .target(name: "YAMLTree", dependencies: ["Diagnostics", "ExactText", "CLibYAML"]),
        .target(name: "GraphQLLanguage", dependencies: ["Diagnostics"], swiftSettings: hot),
        .target(name: "PostgresSQL", swiftSettings: hot),
        .target(
            name: "PrometheusText", dependencies: [.product(name: "CoreMetrics", package: "swift-metrics")],
            swiftSettings: hot),
        // Floor 2
        .target(
            name: "GraphQLSchema", dependencies: ["GraphQLLanguage", "Diagnostics", "ExactText"], swiftSettings: hot),
        .target(
            name: "PostgresClient", dependencies: ["PostgresSQL", "SocketLoop", "CLibPQ", "CSocketShim"],
            swiftSettings: hot),
        .target(name: "TLSTransport", dependencies: ["SocketLoop", "COpenSSL"], swiftSettings: hot),
        // Floor 3
        .target(name: "HTTPFetch", dependencies: ["HTTPWire", "SocketLoop", "TLSTransport"]),
        .target(
            name: "GraphQLValidation",
            dependencies: ["GraphQLSchema", "GraphQLLanguage", "Diagnostics", "JSONBytes", "ExactText"],
            swiftSettings: hot),
        .target(
            name: "PorticoCatalog",
            dependencies: [
                "GraphQLSchema", "GraphQLLanguage", "PostgresSQL", "YAMLTree", "Diagnostics", "ExactText", "PlainFiles",
            ]),
        .target(
            name: "PostgresMigrations",
            dependencies: ["PostgresClient", .product(name: "Crypto", package: "swift-crypto")]),
        // Floor 4
        .target(
            name: "PorticoAccess",
            dependencies: ["PorticoCatalog", "GraphQLSchema", "YAMLTree", "ExactText", "Diagnostics"]),
        .target(
            name: "PorticoDatabase",
            dependencies: ["PorticoCatalog", "PostgresSQL", "GraphQLSchema", "YAMLTree", "Diagnostics", "ExactText"]),
        .target(
            name: "GraphQLIntrospection",
            dependencies: ["GraphQLValidation", "GraphQLSchema", "GraphQLLanguage", "JSONBytes"]),
        // Floor 5
        .target(
            name: "PorticoPlanning",
            dependencies: [
                "ExactText", "GraphQLValidation", "GraphQLIntrospection", "GraphQLSchema", "GraphQLLanguage",
                "PorticoCatalog", "PorticoAccess", "PostgresSQL", "JSONBytes", "Diagnostics",
            ], swiftSettings: hot),
        // Floor 6
        .target(
            name: "PorticoExecution",
            dependencies: [
                "PorticoPlanning", "PorticoAccess", "PorticoCatalog", "GraphQLValidation", "GraphQLSchema",
                "PostgresSQL", "SocketLoop", "JSONBytes", "Diagnostics",
            ], swiftSettings: hot),
        .target(
            name: "PorticoProof",
            dependencies: [
                "PorticoPlanning", "PorticoAccess", "PorticoCatalog", "GraphQLValidation", "GraphQLSchema",
                "GraphQLLanguage", "PostgresSQL", "JSONBytes", "Diagnostics",
            ]),
        // Floor 7
        .target(
            name: "PorticoGateway",
            dependencies: [
                "PorticoExecution", "PorticoPlanning", "PorticoAccess", "PorticoCatalog", "GraphQLValidation",
                "PostgresClient", "GraphQLSchema", "PrometheusText", "PostgresSQL", "GraphQLLanguage", "SocketLoop",
                "JSONBytes", "ExactText", "Diagnostics", .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Crypto", package: "swift-crypto"),
            ], swiftSettings: hot),
        // Floor 8
        .target(
            name: "PorticoReview",
            dependencies: [
                "ExactText", "PorticoGateway", "PorticoExecution", "PorticoPlanning", "PorticoAccess", "PorticoCatalog",
                "GraphQLValidation", "GraphQLSchema", "GraphQLLanguage", "PostgresSQL", "JSONBytes", "Diagnostics",
            ]),
        .target(
            name: "PorticoPolicyLint",
            dependencies: [
                "ExactText", "PorticoReview", "PorticoPlanning", "PorticoAccess", "PorticoCatalog", "GraphQLValidation",
                "GraphQLSchema", "GraphQLLanguage", "PostgresSQL", "YAMLTree", "JSONBytes", "Diagnostics",
            ]),
        .target(
            name: "PorticoPolicyMatrix",
            dependencies: ["ExactText", "PorticoReview", "PorticoAccess", "PorticoCatalog"]
        ),
        .target(
            name: "PorticoPolicyTesting",
            dependencies: [
                "ExactText", "PorticoReview", "PorticoGateway", "PorticoPlanning", "PorticoAccess", "PorticoCatalog",
                "GraphQLSchema",
                "GraphQLLanguage", "YAMLTree", "JSONBytes", "Diagnostics",
            ]),
        .target(
            name: "PorticoConfiguration",
            dependencies: [
                "PorticoGateway", "PorticoAccess", "PorticoDatabase", "PorticoCatalog", "PostgresClient", "HTTPFetch",
                "TLSTransport", "SocketLoop", "YAMLTree", "PlainFiles", "ExactText", "Diagnostics",
                .product(name: "Logging", package: "swift-log"),
            ]),
        // Floor 9
        .target(
            name: "PorticoIdentity",
            dependencies: [
                "PorticoConfiguration", "PorticoGateway", "PorticoPlanning", "PorticoAccess", "PorticoCatalog",
                "GraphQLSchema",
                "PostgresClient", "PostgresSQL", "HTTPFetch", "TLSTransport", "HTTPWire", "SocketLoop", "JSONBytes",
                "PlainFiles", "ExactText", "Diagnostics", .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "JWTKit", package: "jwt-kit"),
            ], swiftSettings: hot),
        .target(
            name: "PorticoTelemetry",
            dependencies: [
                "PorticoConfiguration", "PorticoGateway", "PorticoExecution", "PorticoAccess", "PostgresClient",
                "TLSTransport", "HTTPWire", "SocketLoop", "JSONBytes", "PlainFiles", "PrometheusText",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ], swiftSettings: hot),
        // Floor 10
        .target(
            name: "PorticoHTTP",
            dependencies: [
                "PorticoIdentity", "PorticoTelemetry", "PorticoConfiguration", "PorticoReview", "PorticoGateway",
                "PorticoPlanning",
                "PorticoAccess", "PorticoCatalog", "GraphQLValidation", "GraphQLSchema", "GraphQLLanguage",
                "PostgresSQL", "TLSTransport", "HTTPWire", "SocketLoop", "CSocketShim", "Gzip", "JSONBytes",
                "PlainFiles", "ExactText", "Diagnostics", "PrometheusText",
                .product(name: "Crypto", package: "swift-crypto"), .product(name: "Logging", package: "swift-log"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ], swiftSettings: hot),
        .target(
            name: "PorticoPolicy",
            dependencies: [
                "PorticoTelemetry", "PorticoConfiguration", "PorticoReview", "PorticoProof", "PorticoAccess",
                "PorticoCatalog", "SocketLoop", "YAMLTree", "JSONBytes", "PlainFiles", "ExactText", "Diagnostics",
                .product(name: "Crypto", package: "swift-crypto"), .product(name: "Logging", package: "swift-log"),
            ]),
        // Floor 11
        .target(
            name: "PorticoServer",
            dependencies: [
                "PorticoHTTP", "PorticoPolicy", "PorticoIdentity", "PorticoTelemetry", "PorticoConfiguration",
                "PorticoGateway", "PorticoAccess", "PorticoDatabase", "PorticoCatalog", "PostgresClient",
                "PostgresSQL", "TLSTransport", "SocketLoop", "ExactText", "Diagnostics",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ], swiftSettings: hot),
        .target(
            name: "PorticoProject",
            dependencies: [
                "PorticoServer", "PorticoPolicy", "PorticoHTTP", "PorticoIdentity", "PorticoConfiguration",
                "PorticoGateway", "PorticoExecution", "PorticoPlanning", "PorticoDatabase", "PorticoAccess",
                "PostgresMigrations", "PorticoCatalog", "GraphQLValidation", "PostgresClient", "GraphQLSchema",
                "PostgresSQL", "GraphQLLanguage", "SocketLoop", "JSONBytes", "PlainFiles", "ExactText", "Diagnostics",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        // Floor 12
        .executableTarget(
            name: "portico",
            dependencies: [
                "PorticoProject", "PorticoServer", "PorticoPolicy", "PorticoHTTP", "PorticoTelemetry",
                "PorticoIdentity", "PorticoConfiguration", "PorticoPolicyTesting", "PorticoPolicyMatrix",
                "PorticoPolicyLint", "PorticoReview", "PorticoGateway", "PorticoProof", "PorticoExecution",
                "PorticoPlanning", "PorticoDatabase", "PorticoAccess", "PostgresMigrations", "PorticoCatalog",
                "GraphQLValidation", "PostgresClient", "GraphQLSchema", "PostgresSQL", "GraphQLLanguage", "YAMLTree",
                "SocketLoop", "JSONBytes", "ExactText", "Diagnostics", "CSocketShim",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .executableTarget(
            name: "portico-bench",
            dependencies: [
                "PorticoProject", "PorticoServer", "PorticoTelemetry", "PorticoIdentity", "PorticoReview",
                "PorticoGateway", "PorticoExecution", "PorticoPlanning", "PorticoAccess", "PorticoCatalog",
                "GraphQLValidation", "GraphQLLanguage", "HTTPWire", "SocketLoop", "JSONBytes", "Diagnostics",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),

        // Tests, one target for each of the above. TestCluster starts the PostgreSQL that some of
        // them need, TestFixtures plans on the Spotex files, TestIdentity and TestHTTP stand in for
        // the parts of a worker around the one that is tested.
        .target(name: "TestCluster", path: "Tests/TestCluster"),
        .target(name: "TestRandom", path: "Tests/TestRandom"),
        .target(name: "TestAllocations", path: "Tests/TestAllocations"),
        .target(name: "TestWorkloads", path: "Tests/TestWorkloads"),
        .target(name: "TestTLS", dependencies: ["TLSTransport", "SocketLoop", "COpenSSL"], path: "Tests/TestTLS"),
        .target(name: "TestScrape", path: "Tests/TestScrape"),
        .target(
            name: "TestFixtures",
            dependencies: [
                "PorticoPlanning", "PorticoAccess", "PorticoCatalog", "GraphQLValidation", "GraphQLSchema",
                "GraphQLLanguage", "JSONBytes", "Diagnostics",
            ], path: "Tests/TestFixtures"),
        .target(
            name: "TestIdentity",
            dependencies: [
                "PorticoIdentity", "PorticoConfiguration", "PorticoAccess", "PorticoCatalog", "GraphQLSchema",
                "GraphQLLanguage", "PostgresSQL", "ExactText", "Diagnostics",
                .product(name: "Crypto", package: "swift-crypto"), .product(name: "JWTKit", package: "jwt-kit"),
            ], path: "Tests/TestIdentity"),
        .target(
            name: "TestHTTP",
            dependencies: [
                "PorticoHTTP", "PorticoIdentity", "PorticoTelemetry", "PorticoConfiguration", "PorticoGateway",
                "TLSTransport", "HTTPWire", "SocketLoop", "JSONBytes", "TestIdentity", "TestTLS",
                .product(name: "Logging", package: "swift-log"),
            ], path: "Tests/TestHTTP"),
        .target(
            name: "TestDocuments", dependencies: ["Diagnostics", "GraphQLLanguage", "GraphQLSchema", "TestRandom"],
            path: "Tests/TestDocuments"),
        .testTarget(name: "DocumentationTests"),
        .testTarget(name: "DiagnosticsTests", dependencies: ["Diagnostics"]),
        .testTarget(name: "ExactTextTests", dependencies: ["ExactText"]),
        .testTarget(name: "PlainFilesTests", dependencies: ["PlainFiles"]),
        .testTarget(name: "JSONBytesTests", dependencies: ["ExactText", "JSONBytes", "TestRandom"]),
        .testTarget(name: "SocketLoopTests", dependencies: ["SocketLoop"]),
        .testTarget(name: "TLSTransportTests", dependencies: ["TestTLS", "TLSTransport"]),
        .testTarget(name: "HTTPFetchTests", dependencies: ["HTTPFetch", "TLSTransport", "SocketLoop", "TestTLS"]),
        .testTarget(name: "HTTPWireTests", dependencies: ["HTTPWire", "TestRandom"]),
        .testTarget(name: "GzipTests", dependencies: ["Gzip"]),
        .testTarget(name: "YAMLTreeTests", dependencies: ["ExactText", "YAMLTree", "Diagnostics"]),
        .testTarget(
            name: "GraphQLLanguageTests",
            dependencies: ["GraphQLLanguage", "Diagnostics", "TestDocuments", "TestRandom"]),
        .testTarget(name: "PostgresSQLTests", dependencies: ["PostgresSQL"]),
        .testTarget(
            name: "PrometheusTextTests",
            dependencies: ["PrometheusText", "TestScrape", .product(name: "CoreMetrics", package: "swift-metrics")]),
        .testTarget(
            name: "GraphQLSchemaTests",
            dependencies: ["TestDocuments", "GraphQLSchema", "GraphQLLanguage", "Diagnostics"]),
        .testTarget(
            name: "PostgresClientTests",
            dependencies: ["PostgresClient", "PostgresSQL", "SocketLoop", "TestCluster", "TestRandom"]),
        .testTarget(
            name: "GraphQLValidationTests",
            dependencies: [
                "ExactText", "GraphQLValidation", "GraphQLSchema", "GraphQLLanguage", "Diagnostics", "JSONBytes",
                "TestDocuments", "TestRandom",
            ]),
        .testTarget(
            name: "GraphQLReferenceTests",
            dependencies: [
                "TestDocuments", "TestFixtures", "TestRandom", "GraphQLValidation", "GraphQLSchema", "GraphQLLanguage",
                "Diagnostics",
            ]),
        .testTarget(
            name: "GraphQLIntrospectionTests",
            dependencies: [
                "GraphQLIntrospection", "GraphQLValidation", "GraphQLSchema", "GraphQLLanguage", "JSONBytes",
                "Diagnostics",
            ], exclude: ["Fixtures"]),
        .testTarget(
            name: "PorticoCatalogTests",
            dependencies: ["PorticoCatalog", "GraphQLSchema", "GraphQLLanguage", "ExactText", "Diagnostics"]),
        .testTarget(
            name: "PostgresMigrationsTests", dependencies: ["PostgresMigrations", "PostgresClient", "TestCluster"]),
        .testTarget(
            name: "PorticoAccessTests",
            dependencies: [
                "TestRandom", "PorticoAccess", "PorticoCatalog", "GraphQLSchema", "ExactText", "Diagnostics",
            ]),
        .testTarget(
            name: "PorticoPlanningTests",
            dependencies: [
                "TestFixtures", "PorticoPlanning", "PorticoAccess", "PorticoCatalog", "GraphQLValidation",
                "GraphQLSchema", "PostgresSQL", "GraphQLLanguage", "Diagnostics",
            ]),
        .testTarget(
            name: "PorticoGatewayTests",
            dependencies: [
                "TestWorkloads", "TestAllocations", "TestRandom", "TestCluster", "PorticoGateway", "PorticoExecution",
                "PorticoPlanning", "PorticoDatabase", "PorticoAccess", "PorticoCatalog", "GraphQLValidation",
                "PostgresClient", "GraphQLSchema", "PostgresSQL", "GraphQLLanguage", "SocketLoop", "JSONBytes",
                "ExactText", "Diagnostics",
            ]),
        .testTarget(
            name: "PorticoReviewTests",
            dependencies: [
                "PorticoReview", "PorticoPlanning", "PorticoAccess", "PorticoCatalog", "GraphQLValidation",
                "GraphQLSchema", "GraphQLLanguage", "JSONBytes", "Diagnostics", "TestFixtures",
            ]),
        .testTarget(
            name: "PorticoProofTests",
            dependencies: [
                "PorticoProof", "PorticoPlanning", "PorticoAccess", "PorticoCatalog", "PostgresSQL", "Diagnostics",
                "TestFixtures", "TestRandom",
            ]),
        .testTarget(
            name: "PorticoPolicyLintTests",
            dependencies: [
                "ExactText", "PorticoPolicyLint", "PorticoAccess", "PorticoCatalog", "Diagnostics", "TestFixtures",
            ]),
        .testTarget(
            name: "PorticoPolicyMatrixTests",
            dependencies: ["PorticoPolicyMatrix", "PorticoAccess", "TestFixtures"]),
        .testTarget(
            name: "PorticoPolicyTestingTests",
            dependencies: [
                "ExactText", "PorticoPolicyTesting", "PorticoGateway", "PorticoAccess", "PorticoCatalog", "YAMLTree",
                "JSONBytes", "Diagnostics", "TestFixtures",
            ]),
        .testTarget(
            name: "PorticoConfigurationTests",
            dependencies: [
                "PorticoIdentity", "PorticoConfiguration", "PorticoGateway", "PorticoAccess", "PorticoCatalog",
                "PostgresClient", "TLSTransport", "YAMLTree", "Diagnostics", "TestRandom",
            ]),
        .testTarget(
            name: "PorticoIdentityTests",
            dependencies: [
                "PorticoHTTP", "PorticoIdentity", "PorticoConfiguration", "PorticoGateway", "PorticoAccess",
                "GraphQLSchema", "PostgresClient", "PostgresSQL", "TLSTransport", "HTTPWire", "SocketLoop",
                "YAMLTree", "ExactText", "Diagnostics", "TestCluster", "TestHTTP", "TestIdentity", "TestTLS",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"), .product(name: "JWTKit", package: "jwt-kit"),
            ]),
        .testTarget(
            name: "PorticoTelemetryTests",
            dependencies: [
                "PorticoTelemetry", "PorticoConfiguration", "PorticoGateway", "SocketLoop", "JSONBytes",
                "TestCluster", "TestHTTP", "TestIdentity", .product(name: "Logging", package: "swift-log"),
            ]),
        .testTarget(
            name: "PorticoHTTPTests",
            dependencies: [
                "TestHTTP", "TestIdentity", "TestTLS", "TestRandom", "TestCluster", "PorticoHTTP", "PorticoTelemetry",
                "PorticoIdentity", "PorticoConfiguration", "PorticoGateway", "PorticoAccess", "TLSTransport",
                "GraphQLSchema", "GraphQLLanguage", "Gzip", "HTTPWire", "SocketLoop", "JSONBytes", "ExactText",
                "Diagnostics", .product(name: "Crypto", package: "swift-crypto"),
            ]),
        .testTarget(
            name: "PorticoPolicyTests",
            dependencies: [
                "PorticoPolicy", "PorticoTelemetry", "PorticoConfiguration", "PorticoAccess", "PorticoCatalog",
                "GraphQLSchema", "GraphQLLanguage", "SocketLoop", "ExactText", "Diagnostics",
                .product(name: "Logging", package: "swift-log"),
            ]),
        .testTarget(
            name: "PorticoServerTests",
            dependencies: [
                "PorticoServer", "PorticoPolicy", "PorticoIdentity", "PorticoTelemetry", "PorticoConfiguration",
                "PorticoGateway", "PorticoAccess", "PorticoDatabase", "PorticoCatalog", "GraphQLSchema",
                "GraphQLLanguage", "PostgresClient", "TLSTransport", "SocketLoop", "Gzip", "JSONBytes", "Diagnostics",
                "PrometheusText", "TestCluster", "TestHTTP", "TestIdentity", "TestScrape", "TestTLS",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "InMemoryTracing", package: "swift-distributed-tracing"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ]),
        .testTarget(
            name: "PorticoCommandTests",
            dependencies: [
                "TestTLS", "TestWorkloads", "TestCluster", "portico-bench", "portico", "PorticoProject", "TLSTransport",
                "HTTPWire", "JSONBytes", "Diagnostics",
            ]),
        .testTarget(name: "PorticoBenchTests", dependencies: ["portico-bench", "PorticoProject", "JSONBytes"]),
        // Faults against the built program as a process, and a real PostgreSQL.
        .testTarget(name: "PorticoFaultTests", dependencies: ["TestCluster", "portico", "PostgresClient"]),
        .testTarget(
            name: "PorticoExecutionTests",
            dependencies: [
                "TestFixtures", "PorticoExecution", "PorticoPlanning", "PorticoAccess", "PorticoCatalog",
                "GraphQLSchema", "PostgresSQL", "SocketLoop", "JSONBytes", "ExactText",
            ]),
    ],
    swiftLanguageModes: [.v6]
)
