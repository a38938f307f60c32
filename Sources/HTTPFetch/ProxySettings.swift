/// The proxies of servers, from the conventional environment variables.
///
/// `https_proxy`, else `HTTPS_PROXY`, else `all_proxy` or `ALL_PROXY`, names the proxy for
/// `https:`; `no_proxy` or `NO_PROXY` is a comma-separated list of hosts to reach directly: names,
/// which include their subdomains, numeric addresses, or `*`. Not for `http:`.
struct ProxySettings: Sendable {
    static let names = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"]

    private let proxy: String?
    private let exceptions: [Substring]

    init(environment: [String: String]) {
        func value(_ names: String...) -> String? { names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty } }
        proxy = value("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
        let hosts = (value("no_proxy", "NO_PROXY")?.lowercased() ?? "").split { $0 == "," || $0 == " " }
        exceptions = hosts.map { $0.hasPrefix(".") ? $0.dropFirst() : $0 }
    }

    /// `nil` to connect directly.
    func proxy(for url: HTTPURL) throws(HTTPFetchFailure) -> HTTPURL? {
        guard url.isSecure, let proxy, !isException(url.host) else { return nil }
        let place: HTTPURL
        do throws(HTTPURL.Failure) {
            place = try HTTPURL(proxy.contains("://") ? proxy : "http://" + proxy)
        } catch {
            throw HTTPFetchFailure("the environment names a proxy that is none; write http://HOST:PORT")
        }
        guard !place.isSecure else {
            throw HTTPFetchFailure(
                "the environment names a proxy that is reached by https, which is not supported; write http://HOST:PORT"
            )
        }
        return place
    }

    private func isException(_ host: String) -> Bool {
        exceptions.contains { $0 == "*" || $0 == host || host.hasSuffix("." + $0) || $0 == "[\(host)]" }
    }
}
