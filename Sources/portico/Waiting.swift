import Glibc
import PorticoProject
import Synchronization

/// Lets the main thread, which has nothing else to do, wait for asynchronous work.
enum Waiting {
    /// What `body` returns or throws; the thread sleeps meanwhile.
    static func result<T: Sendable>(_ body: @escaping @Sendable () async throws -> T) -> Result<T, any Error> {
        let place = Place<T>()
        Task.detached {
            do {
                place.put(.success(try await body()))
            } catch {
                place.put(.failure(error))
            }
        }
        return place.take()
    }

    /// Holds the result, and a pipe on which the reader sleeps until it is available.
    private final class Place<T: Sendable>: Sendable {
        private let result = Mutex<Result<T, any Error>?>(nil)
        private let ends: (read: Int32, write: Int32)

        init() {
            var pair: [Int32] = [-1, -1]
            let isMade = FileSystem.makePipe(&pair)
            precondition(isMade, "pipe: no descriptor is left at the start of a command (errno \(errno))")
            ends = (pair[0], pair[1])
        }

        deinit {
            close(ends.read)
            close(ends.write)
        }

        func put(_ value: Result<T, any Error>) {
            result.withLock { $0 = value }
            var byte: UInt8 = 1
            _ = write(ends.write, &byte, 1)
        }

        func take() -> Result<T, any Error> {
            while true {
                if let value = result.withLock({ $0 }) { return value }
                var byte: UInt8 = 0
                _ = read(ends.read, &byte, 1)  // an interrupted wait looks once more
            }
        }
    }
}
