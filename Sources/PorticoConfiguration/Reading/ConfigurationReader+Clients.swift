import Diagnostics
import YAMLTree

extension ConfigurationReader {
    mutating func readDocuments(_ node: YAMLNode, _ documents: inout DocumentConfiguration) {
        guard let mapping = reader.mapping(node, allowedKeys: ["folder", "only", "automatic"], as: "the documents")
        else { return }
        if let node = mapping["folder"], let folder = required("folder", of: mapping, in: "the documents") {
            documents.folder = folder
            documents.folderRange = node.range
        }
        if let node = mapping["only"] { documents.only = trustedOnly(node) }
        read(&documents.automatic, "automatic", of: mapping)
    }

    private mutating func trustedOnly(_ node: YAMLNode) -> TrustedOnly {
        if case .scalar = node.content {
            return reader.bool(node, as: "`only`, which may also be a list of roles,") == true ? .everybody : .nobody
        }
        guard let items = reader.sequence(node, as: "the roles that may run trusted documents alone") else {
            return .nobody
        }
        return .roles(
            items.compactMap { item in reader.string(item, as: "a role").map { StatedRole(name: $0, range: item.range) }
            })
    }
}

// MARK: CORS

extension ConfigurationReader {
    mutating func cors(_ node: YAMLNode) -> CORSConfiguration? {
        if node.isNull { return nil }
        let keys = ["origins", "headers", "maxAge"]
        guard let mapping = reader.mapping(node, allowedKeys: keys, as: "the CORS settings") else { return nil }
        guard let originsNode = mapping["origins"] else {
            reader.report(
                "The key `origins` is missing in the CORS settings.", at: mapping.range,
                hint: "It is a list such as `[\"https://app.example.com\"]`, or `\"*\"`.")
            return nil
        }
        guard let origins = origins(originsNode) else { return nil }
        var cors = CORSConfiguration(origins: origins)
        if let node = mapping["headers"], let items = reader.sequence(node, as: "the header fields") {
            cors.headers = items.compactMap { fieldName($0) }
        }
        read(&cors.maximumAge, "maxAge", of: mapping, milliseconds: 0...86_400_000, as: "`maxAge`")
        return cors
    }

    private mutating func origins(_ node: YAMLNode) -> CORSConfiguration.Origins? {
        if case .scalar = node.content {
            guard let text = reader.string(node, as: "the origins") else { return nil }
            if text == "*" { return .any }
            reader.report("Expected the origins as a list or as `\"*\"`, found `\(node.shownText)`.", at: node.range)
            return nil
        }
        guard let items = reader.sequence(node, as: "the origins") else { return nil }
        return .these(items.compactMap { origin($0) })
    }

    /// `scheme://host`, with a port unless it is the scheme's default (RFC 6454, section 6.2).
    private mutating func origin(_ node: YAMLNode) -> String? {
        guard let text = reader.string(node, as: "an origin") else { return nil }
        let parts = text.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
        let isOrigin =
            parts.count == 2 && ["http", "https"].contains(parts[0]) && !parts[1].isEmpty
            && parts[1].utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"/?#@*,".utf8.contains($0) }
            && text == text.lowercased()
        if isOrigin { return text }
        reader.report(
            "`\(node.shownText)` is not an origin.", at: node.range,
            hint: "Write it as browsers send it: `https://app.example.com`, in small letters, without a path.")
        return nil
    }

    private mutating func fieldName(_ node: YAMLNode) -> String? {
        guard let text = reader.string(node, as: "a header field") else { return nil }
        let isToken =
            !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
        if isToken { return text.lowercased() }
        reader.report("`\(node.shownText)` is not the name of a header field.", at: node.range)
        return nil
    }
}
