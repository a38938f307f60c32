import YAMLTree

/// Metrics, logging and tracing.
extension ConfigurationReader {
    mutating func readMetrics(_ node: YAMLNode, _ metrics: inout MetricsConfiguration) {
        guard let mapping = reader.mapping(node, allowedKeys: ["public"], as: "the metrics"),
            let node = mapping["public"]
        else { return }
        guard case .sequence = node.content else {
            if let everyone = reader.bool(node, as: "`public`") { metrics.audience = everyone ? .everyone : .local }
            return
        }
        var networks: [String] = []
        for item in reader.sequence(node, as: "`public`") ?? [] {
            guard let text = reader.string(item, as: "a network of `public`") else { continue }
            if IPNetwork(text) == nil {
                reader.report(
                    "Expected a network such as `10.0.0.0/8` or `fd00::/8`, or one address, found `\(item.shownText)`.",
                    at: item.range)
            }
            networks.append(text)
        }
        metrics.audience = .networks(networks)
    }

    mutating func readTracing(_ node: YAMLNode, _ tracing: inout TracingConfiguration) {
        guard let mapping = reader.mapping(node, allowedKeys: ["spans", "sample"], as: "the tracing") else { return }
        read(&tracing.spans, "spans", of: mapping, as: "`spans`")
        if let node = mapping["sample"], let text = reader.string(node, as: "`sample`") {
            if let part = Double(text), (0...1).contains(part) {
                tracing.sample = part
            } else {
                reader.report(
                    "Expected `sample` as a part from 0 to 1, found `\(node.shownText)`.", at: node.range,
                    hint: "`0.1` traces every tenth request.")
            }
        }
    }
}
