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
    products: [.executable(name: "portico", targets: ["portico"])],
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
            dependencies: [
                "ExactText", "PorticoCatalog", "GraphQLSchema", "GraphQLLanguage", "YAMLTree", "Diagnostics",
            ]),
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
                "ExactText", "PorticoPlanning", "PorticoCatalog", "PorticoAccess", "GraphQLValidation", "GraphQLSchema",
                "PostgresSQL", "SocketLoop", "JSONBytes", "Diagnostics",
            ], swiftSettings: hot),
        // Floor 7
        .target(
            name: "PorticoGateway",
            dependencies: [
                "ExactText", "PorticoExecution", "PorticoPlanning", "PorticoAccess", "PorticoCatalog",
                "GraphQLValidation", "GraphQLSchema", "GraphQLLanguage",
                "PostgresClient", "PostgresSQL", "SocketLoop", "JSONBytes", "YAMLTree", "Diagnostics",
                "PrometheusText", .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
            ], swiftSettings: hot),
        // Floor 8
        .target(
            name: "PorticoReview",
            dependencies: [
                "ExactText", "PorticoGateway", "PorticoExecution", "PorticoPlanning", "PorticoAccess", "PorticoCatalog",
                "GraphQLValidation", "GraphQLSchema", "GraphQLLanguage",
                "PostgresSQL", "YAMLTree", "JSONBytes", "Diagnostics",
            ]),
        // Floor 9
        .target(
            name: "PorticoServer",
            dependencies: [
                "ExactText", "PlainFiles", "PorticoReview", "PorticoGateway", "PorticoAccess", "PorticoDatabase",
                "PorticoCatalog", "GraphQLValidation", "GraphQLSchema", "PostgresClient", "PostgresSQL", "SocketLoop",
                "CSocketShim", "TLSTransport", "HTTPWire", "HTTPFetch", "Gzip", "GraphQLLanguage", "YAMLTree",
                "JSONBytes", "Diagnostics", "PrometheusText", "PorticoExecution",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
                .product(name: "JWTKit", package: "jwt-kit"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: hot),
        // Floor 10
        .executableTarget(
            name: "portico",
            dependencies: [
                "ExactText", "PlainFiles", "PorticoServer", "PorticoReview", "PorticoGateway", "PorticoPlanning",
                "PorticoExecution", "PorticoAccess", "PorticoDatabase", "PorticoCatalog", "GraphQLValidation",
                "GraphQLSchema", "GraphQLLanguage",
                "PostgresMigrations", "PostgresClient", "PostgresSQL", "SocketLoop", "CSocketShim", "YAMLTree",
                "JSONBytes", "Diagnostics",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ]),

        // Tests, one target for each of the above. TestCluster starts the PostgreSQL that some of
        // them need, TestFixtures plans on the Spotex files.
        .target(name: "TestCluster", path: "Tests/TestCluster"),
        .target(name: "TestRandom", path: "Tests/TestRandom"),
        .target(name: "TestAllocations", path: "Tests/TestAllocations"),
        .target(name: "TestWorkloads", path: "Tests/TestWorkloads"),
        .target(name: "TestTLS", dependencies: ["TLSTransport", "SocketLoop", "COpenSSL"], path: "Tests/TestTLS"),
        .target(name: "TestScrape", path: "Tests/TestScrape"),
        .target(
            name: "TestFixtures",
            dependencies: [
                "ExactText", "PorticoPlanning", "PorticoCatalog", "PorticoAccess", "GraphQLValidation", "GraphQLSchema",
                "GraphQLLanguage", "JSONBytes", "Diagnostics",
            ], path: "Tests/TestFixtures"),
        .target(name: "TestDocuments", dependencies: ["GraphQLSchema", "TestRandom"], path: "Tests/TestDocuments"),
        // Links and lines of the Markdown files.
        .testTarget(name: "DocumentationTests"),
        .testTarget(name: "DiagnosticsTests", dependencies: ["Diagnostics"]),
        .testTarget(name: "ExactTextTests", dependencies: ["ExactText"]),
        .testTarget(name: "PlainFilesTests", dependencies: ["PlainFiles"]),
        .testTarget(name: "JSONBytesTests", dependencies: ["ExactText", "JSONBytes", "TestRandom"]),
        .testTarget(name: "SocketLoopTests", dependencies: ["SocketLoop", "CSocketShim"]),
        .testTarget(name: "TLSTransportTests", dependencies: ["TLSTransport", "SocketLoop", "TestTLS"]),
        .testTarget(name: "HTTPFetchTests", dependencies: ["HTTPFetch", "TLSTransport", "SocketLoop", "TestTLS"]),
        .testTarget(name: "HTTPWireTests", dependencies: ["HTTPWire", "TestRandom"]),
        .testTarget(name: "GzipTests", dependencies: ["Gzip"]),
        .testTarget(name: "YAMLTreeTests", dependencies: ["ExactText", "YAMLTree", "Diagnostics"]),
        .testTarget(name: "GraphQLLanguageTests", dependencies: ["GraphQLLanguage", "Diagnostics", "TestRandom"]),
        .testTarget(name: "PostgresSQLTests", dependencies: ["PostgresSQL"]),
        .testTarget(
            name: "PrometheusTextTests",
            dependencies: ["PrometheusText", "TestScrape", .product(name: "CoreMetrics", package: "swift-metrics")]),
        .testTarget(
            name: "GraphQLSchemaTests", dependencies: ["ExactText", "GraphQLSchema", "GraphQLLanguage", "Diagnostics"]),
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
                "ExactText", "GraphQLValidation", "GraphQLSchema", "GraphQLLanguage", "Diagnostics", "TestDocuments",
                "TestFixtures", "TestRandom",
            ]),
        .testTarget(
            name: "GraphQLIntrospectionTests",
            dependencies: [
                "ExactText", "GraphQLIntrospection", "GraphQLValidation", "GraphQLSchema", "GraphQLLanguage",
                "JSONBytes", "Diagnostics",
            ], exclude: ["Fixtures"]),
        .testTarget(
            name: "PorticoCatalogTests",
            dependencies: [
                "ExactText", "PorticoCatalog", "GraphQLSchema", "GraphQLLanguage", "YAMLTree", "Diagnostics",
            ]),
        .testTarget(
            name: "PostgresMigrationsTests", dependencies: ["PostgresMigrations", "PostgresClient", "TestCluster"]),
        .testTarget(
            name: "PorticoAccessTests",
            dependencies: [
                "ExactText", "PorticoAccess", "TestRandom", "PorticoCatalog", "GraphQLSchema", "GraphQLLanguage",
                "YAMLTree", "Diagnostics",
            ]),
        .testTarget(
            name: "PorticoPlanningTests",
            dependencies: [
                "ExactText", "PorticoPlanning", "PorticoCatalog", "PorticoAccess", "GraphQLValidation", "GraphQLSchema",
                "PostgresSQL", "TestFixtures",
            ]),
        .testTarget(
            name: "PorticoGatewayTests",
            dependencies: [
                "ExactText", "PorticoGateway", "PorticoExecution", "PorticoPlanning", "PorticoAccess",
                "PorticoDatabase", "PorticoCatalog", "GraphQLValidation", "GraphQLSchema", "GraphQLLanguage",
                "PostgresClient", "PostgresSQL", "SocketLoop", "JSONBytes", "Diagnostics", "TestCluster", "TestRandom",
                "TestScrape", "TestAllocations", "TestWorkloads",
                "PrometheusText", .product(name: "CoreMetrics", package: "swift-metrics"),
            ]),
        .testTarget(
            name: "PorticoReviewTests",
            dependencies: [
                "ExactText", "PorticoReview", "PorticoGateway", "PorticoExecution", "PorticoPlanning", "PorticoAccess",
                "PorticoCatalog", "GraphQLValidation", "GraphQLSchema", "GraphQLLanguage",
                "PostgresSQL", "YAMLTree", "JSONBytes", "Diagnostics", "TestFixtures", "TestRandom", "TestCluster",
            ]),
        .testTarget(
            name: "PorticoServerTests",
            dependencies: [
                "ExactText", "PorticoServer", "PorticoGateway", "PorticoAccess", "PorticoDatabase", "PorticoCatalog",
                "GraphQLSchema", "GraphQLLanguage", "HTTPWire", "Gzip", "JSONBytes", "PostgresSQL", "PostgresClient",
                "SocketLoop",
                "TLSTransport", "TestCluster", "TestTLS", "TestRandom", "YAMLTree", "Diagnostics", "TestScrape",
                "PrometheusText", .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
                .product(name: "InMemoryTracing", package: "swift-distributed-tracing"),
                .product(name: "JWTKit", package: "jwt-kit"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        .testTarget(
            name: "PorticoCommandTests",
            dependencies: [
                "ExactText", "portico", "HTTPWire", "JSONBytes", "Diagnostics", "TLSTransport", "TestCluster",
                "TestTLS", "TestWorkloads",
            ]),
        // Faults against the built program as a process, and a real PostgreSQL.
        .testTarget(
            name: "PorticoFaultTests", dependencies: ["ExactText", "portico", "PostgresClient", "TestCluster"]),
        .testTarget(
            name: "PorticoExecutionTests",
            dependencies: [
                "ExactText", "PorticoExecution", "PorticoPlanning", "PorticoCatalog", "PorticoAccess", "PostgresSQL",
                "SocketLoop", "JSONBytes", "TestFixtures",
            ]),
    ],
    swiftLanguageModes: [.v6]
)
