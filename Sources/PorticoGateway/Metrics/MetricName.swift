public import PrometheusText

/// The metrics of the gateway and its server: names, labels, and what they count. A test compares
/// them with docs/reference/metrics.md.
public enum MetricName: String, Sendable, CaseIterable {
    // GraphQL requests
    case requests = "portico_requests_total"
    case requestDuration = "portico_request_duration_seconds"
    case stageDuration = "portico_stage_duration_seconds"
    case loads = "portico_loads_total"
    case statements = "portico_statements_total"
    case rows = "portico_rows_total"
    case responseBytes = "portico_response_bytes_total"
    case slowRequests = "portico_slow_requests_total"
    case cacheLookups = "portico_cache_lookups_total"
    case cachedOperations = "portico_cached_operations"
    case cachedBytes = "portico_cached_operation_bytes"
    // HTTP
    case httpRequests = "portico_http_requests_total"
    case requestsInFlight = "portico_http_requests_in_flight"
    case connections = "portico_http_connections"
    case authenticationFailures = "portico_authentication_failures_total"
    case limitsHit = "portico_limits_hit_total"
    case budgetUsed = "portico_budget_bytes"
    case budgetPeak = "portico_budget_peak_bytes"
    case budgetLimit = "portico_budget_limit_bytes"
    case budgetRefusals = "portico_budget_refusals_total"
    case droppedForRoom = "portico_http_dropped_for_room_total"
    case tlsHandshakes = "portico_tls_handshakes_total"
    case certificateExpiry = "portico_tls_certificate_expiry_timestamp_seconds"
    // Connections to PostgreSQL
    case poolConnections = "portico_pool_connections"
    case poolStatements = "portico_pool_statements_total"
    case poolWaiting = "portico_pool_waiting_statements"
    case poolWaits = "portico_pool_waits_total"
    case poolWaitTime = "portico_pool_wait_seconds_total"
    case poolRefused = "portico_pool_refused_total"
    case poolTimedOut = "portico_pool_timed_out_total"
    case poolCancels = "portico_pool_cancels_total"
    case poolHeld = "portico_pool_held_total"
    case poolRerun = "portico_pool_rerun_total"
    case poolRelieved = "portico_pool_relieved_total"
    case poolResultsGivenUp = "portico_pool_results_given_up_total"
    case poolConnects = "portico_pool_connects_total"
    case poolConnectionsLost = "portico_pool_connections_lost_total"
    // The workers' loops
    case loopTurns = "portico_loop_turns_total"
    case loopBusy = "portico_loop_busy_seconds_total"
    case loopLongTurns = "portico_loop_long_turns_total"
    case loopLongestTurn = "portico_loop_longest_turn_seconds"
    case besideLoop = "portico_answers_beside_loop_total"
    // The process
    case reloads = "portico_reloads_total"
    case wrongRuleFiles = "portico_wrong_rule_files"
    case databaseDifferences = "portico_database_differences"
    case droppedLogLines = "portico_log_lines_dropped_total"
    case buildInfo = "portico_build_info"
    case residentMemory = "process_resident_memory_bytes"
    case virtualMemory = "process_virtual_memory_bytes"
    case processorTime = "process_cpu_seconds_total"
    case openDescriptors = "process_open_fds"
    case mostDescriptors = "process_max_fds"
    case startTime = "process_start_time_seconds"

    /// From 50 µs, a typical planning time, to ten seconds.
    private static let stageBuckets = [
        0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 2.5, 10,
    ]

    public var labels: [String] {
        switch self {
        case .requests: ["operation", "kind", "code"]
        case .requestDuration: ["operation", "kind"]
        case .stageDuration: ["stage"]
        case .cacheLookups: ["cache", "result"]
        case .httpRequests: ["route", "status"]
        case .authenticationFailures: ["kind"]
        case .limitsHit: ["limit"]
        case .budgetUsed, .budgetPeak, .budgetLimit, .budgetRefusals: ["budget"]
        case .droppedForRoom: ["what"]
        case .tlsHandshakes: ["version", "outcome"]
        case .reloads: ["files", "outcome"]
        case .databaseDifferences: ["severity"]
        case .poolConnections: ["state"]
        case .buildInfo: ["version"]
        case .loopTurns, .loopBusy, .loopLongTurns, .loopLongestTurn: ["worker"]
        default: []
        }
    }

    public var description: MetricDescription {
        let (kind, help): (MetricDescription.Kind, String) =
            switch self {
            case .requests:
                (.counter, "GraphQL requests that were answered, by operation, kind and what became of them.")
            case .requestDuration:
                (.histogram, "Time from a request's head and body being read to its answer being ready.")
            case .stageDuration:
                (
                    .histogram,
                    "Time that a stage of a request took; parse, validate and plan only where nothing was in the cache."
                )
            case .loads: (.counter, "Loads of the plans that were run.")
            case .statements: (.counter, "Statements of requests; fewer than the loads where parents had no rows.")
            case .rows: (.counter, "Rows that requests loaded.")
            case .responseBytes: (.counter, "Bytes of GraphQL responses, before any compression.")
            case .slowRequests: (.counter, "Requests that took at least logging.slowRequest, logged or not.")
            case .cacheLookups: (.counter, "Look-ups in the caches of documents, of plans and of prepared statements.")
            case .cachedOperations: (.gauge, "Operations in the cache.")
            case .cachedBytes: (.gauge, "Bytes that the cached operations and their plans take, roughly.")
            case .httpRequests:
                (.counter, "HTTP requests that were answered, by route and status; 499 for a client that went away.")
            case .requestsInFlight: (.gauge, "HTTP requests that are being answered.")
            case .connections: (.gauge, "Open HTTP connections.")
            case .authenticationFailures: (.counter, "Requests whose sender was not accepted, by the reason.")
            case .limitsHit:
                (.counter, "Requests, and connections, that a limit refused or ended, by the limit's name.")
            case .tlsHandshakes:
                (.counter, "TLS handshakes by what became of them; the version is empty where none was agreed upon.")
            case .certificateExpiry:
                (
                    .gauge,
                    "Until when the certificates in force are good, the first of the chain to end, in seconds since 1970."
                )
            case .poolConnections: (.gauge, "Connections to PostgreSQL, by their state.")
            case .poolStatements:
                (
                    .counter,
                    "Statements that were sent to PostgreSQL, those that were sent again and those that look up users included."
                )
            case .poolWaiting: (.gauge, "Statements that wait for a place on a connection.")
            case .poolWaits: (.counter, "Statements that had to wait and were then sent.")
            case .poolWaitTime: (.counter, "Time that those statements waited, to the millisecond.")
            case .poolRefused: (.counter, "Statements that were refused: the database was down, or too many waited.")
            case .poolTimedOut: (.counter, "Statements whose deadline passed.")
            case .poolCancels: (.counter, "Cancel requests that were sent to PostgreSQL.")
            case .poolHeld:
                (
                    .counter,
                    "How often a connection took no more statements because one, or a transaction, had run for too long."
                )
            case .poolRerun:
                (
                    .counter,
                    "Statements that were run a second time on another connection, since they stood behind a slow one."
                )
            case .poolRelieved:
                (
                    .counter,
                    "Connections that were taken back from slow statements or transactions, since others waited."
                )
            case .poolResultsGivenUp:
                (.counter, "Results that were given up while they came in, since there was no room for more of them.")
            case .poolConnects: (.counter, "Connections to PostgreSQL that were made.")
            case .poolConnectionsLost: (.counter, "Connections to PostgreSQL that were lost.")
            case .loopTurns:
                (.counter, "Turns of a worker's loop, each from the end of one wait for events to the next wait.")
            case .loopBusy: (.counter, "Time that those turns took.")
            case .loopLongTurns:
                (.counter, "Turns that took more than 10 ms, for which everybody on the loop had to wait.")
            case .loopLongestTurn: (.gauge, "The longest turn since the last scrape.")
            case .besideLoop: (.counter, "Answers and results that were too long for the loop and worked on beside it.")
            case .reloads:
                (.counter, "Files that were read again while the server ran, by which and by whether they were taken.")
            case .databaseDifferences:
                (
                    .gauge,
                    "Ways in which the database is not what schema and resolvers state, by severity; portico check lists them."
                )
            case .wrongRuleFiles:
                (
                    .gauge,
                    "Files of access rules that are wrong as they stand, or missing: what they say is not in force."
                )
            case .budgetUsed: (.gauge, "Bytes that all workers hold of a budget now.")
            case .budgetPeak: (.gauge, "The most bytes that workers held of a budget so far, summed up.")
            case .budgetLimit: (.gauge, "Bytes that workers may hold of a budget.")
            case .budgetRefusals: (.counter, "Times that bytes did not fit into a budget.")
            case .droppedForRoom:
                (.counter, "Bodies, waiting connections and answers to slow readers that gave way to others.")
            case .droppedLogLines: (.counter, "Log lines that were dropped because nobody read them.")
            case .buildInfo: (.gauge, "Always 1; the label says which version runs.")
            case .residentMemory: (.gauge, "Memory of the process that is in RAM.")
            case .virtualMemory: (.gauge, "Address space of the process.")
            case .processorTime: (.counter, "Processor time that the process has used.")
            case .openDescriptors: (.gauge, "Open file descriptors of the process.")
            case .mostDescriptors: (.gauge, "File descriptors that the process may open.")
            case .startTime: (.gauge, "When the process started, in seconds since 1970.")
            }
        return MetricDescription(
            rawValue, kind, help, buckets: self == .stageDuration ? Self.stageBuckets : MetricDescription.durations)
    }
}
