import Diagnostics
import HTTPFetch

struct JWKSDownload: Sendable {
    /// Bytes of a document. Guards against an endless response.
    static let mostBytes = 1 << 20
    /// Milliseconds before an attempt is abandoned.
    static let patience = 10_000

    var fetch = {
        var fetch = HTTPFetch()
        fetch.limits.body = mostBytes
        fetch.patience = patience
        return fetch
    }()

    /// The document.
    /// - Parameter text: A URL checked by the configuration: `https:`, or `http:` on this machine.
    func bytes(of text: String) async throws(KeyFailure) -> [UInt8] {
        let name = Self.shown(text)
        func failure(_ reason: some CustomStringConvertible) -> KeyFailure {
            KeyFailure("The JWKS \(name) cannot be fetched: \(reason).")
        }
        let url: HTTPURL, answer: HTTPAnswer
        do throws(HTTPURL.Failure) {
            url = try HTTPURL(text)
        } catch {
            throw KeyFailure("The JWKS \(name) cannot be fetched. \(error)")
        }
        do throws(HTTPFetchFailure) {
            answer = try await fetch.get(url, accept: "application/json")
        } catch {
            throw failure(error)
        }
        if (300..<400).contains(answer.status) {
            let place = answer.location.map { " to \($0)" } ?? ""
            throw failure(
                "the answer is \(answer.status), a redirect\(place), which is not followed; configure the URL that it leads to"
            )
        }
        guard answer.status == 200 else { throw failure("the answer is \(answer.status) and not 200") }
        return answer.body
    }

    /// A URL for messages, without credentials and parameters.
    static func shown(_ url: String) -> String {
        guard let scheme = url.firstRange(of: "://") else { return HiddenValues.mark }
        let rest = url[scheme.upperBound...].prefix { $0 != "?" && $0 != "#" }
        guard let at = rest.lastIndex(of: "@") else { return String(url[..<scheme.upperBound] + rest) }
        return String(url[..<scheme.upperBound] + HiddenValues.mark + rest[at...])
    }
}
