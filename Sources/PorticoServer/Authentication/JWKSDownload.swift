import Foundation
#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// Fetches a JWKS, away from every loop.
enum JWKSDownload {
    /// Bytes of a document; stands against an endless answer.
    static let mostBytes = 1 << 20
    /// Seconds until an attempt is given up.
    static let timeout = 10.0

    static func bytes(of url: String) async throws(KeyFailure) -> [UInt8] {
        guard let address = URL(string: url) else { throw KeyFailure("The JWKS's URL \(url) cannot be read.") }
        let configuration = URLSessionConfiguration.ephemeral
        configuration.timeoutIntervalForRequest = timeout
        configuration.timeoutIntervalForResource = timeout
        let session = URLSession(configuration: configuration)
        defer { session.finishTasksAndInvalidate() }
        let answer: (Data, URLResponse)
        do { answer = try await session.data(from: address) } catch { throw KeyFailure("The JWKS \(url) cannot be fetched: \(error.localizedDescription)") }
        guard let status = (answer.1 as? HTTPURLResponse)?.statusCode, status == 200 else { throw KeyFailure("The JWKS \(url) cannot be fetched: the answer is no 200.") }
        guard answer.0.count <= mostBytes else { throw KeyFailure("The JWKS \(url) is longer than \(mostBytes) bytes.") }
        return Array(answer.0)
    }
}
