import Gzip
import HTTPWire

/// Checks of a body before it is read.
enum RequestBody {
    /// The coding of a body that is `application/json` in UTF-8.
    /// - Throws: 415 for any other, and for unsupported codings.
    static func check(_ request: HTTPRequest, acceptsGzip: Bool) throws(RefusedRequest) -> ContentCoding {
        let coding = try coding(request, acceptsGzip: acceptsGzip)
        guard let field = request.header("content-type") else {
            throw RefusedRequest(415, .badInput, "The Content-Type is missing; expected application/json.")
        }
        if field.spells("application/json") { return coding }
        guard let media = MediaType(parsing: String(decoding: field, as: UTF8.self)),
            media.isSame(as: MediaType("application", "json"))
        else {
            throw RefusedRequest(415, .badInput, "The body must be application/json.")
        }
        guard ["utf-8", "utf8"].contains(media.parameter("charset")?.lowercased() ?? "utf-8") else {
            throw RefusedRequest(415, .badInput, "The body must be in UTF-8.")
        }
        return coding
    }

    private static func coding(_ request: HTTPRequest, acceptsGzip: Bool) throws(RefusedRequest) -> ContentCoding {
        guard request.header("content-encoding") != nil else { return .identity }
        let coding = ContentCoding.ofBody(request.list("content-encoding"))
        if coding == .identity || (coding == .gzip && acceptsGzip) { return coding ?? .identity }
        var refusal = RefusedRequest(
            415, .badInput,
            acceptsGzip
                ? "A body may be compressed by gzip alone, once."
                : "Compressed bodies are not read here; send it plain.")
        refusal.acceptEncoding = acceptsGzip ? "gzip, identity" : "identity"
        throw refusal
    }

    /// Decodes gzip; a bomb is stopped at the limit.
    static func decompressed(_ body: [UInt8], limit: Int) throws(RefusedRequest) -> [UInt8] {
        do throws(Gzip.Failure) {
            return try Gzip.decode(body, limit: limit)
        } catch .longer {
            throw RefusedRequest(
                413, .limitExceeded, "The body exceeds \(limit) bytes once it is decompressed.", limit: .body)
        } catch {
            throw RefusedRequest(400, .badInput, "The body cannot be decompressed: \(error)")
        }
    }
}
