import Foundation
import Testing

@testable import SocketLoop

@Suite struct FolderWatchTests {
    /// A folder of its own, a reactor that watches it, and what happened.
    private final class Watched {
        let folder: URL
        let reactor = Reactor()
        var events: [FolderEvent] = []
        private var watch: FolderWatch?

        init() throws {
            folder = FileManager.default.temporaryDirectory.appending(path: "portico-watch-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            watch = try FolderWatch(reactor: reactor) { [unowned self] in events += $0 }
            _ = try watch?.watch(folder.path)
        }

        deinit {
            watch?.cancel()
            try? FileManager.default.removeItem(at: folder)
        }

        /// What the kernel has to say by now.
        func happened() -> [String] {
            events = []
            reactor.poll(timeoutMilliseconds: 0)
            return events.map { "\($0.kind) \($0.name)" }
        }

        func path(_ name: String) -> String { folder.appending(path: name).path }
    }

    @Test func aFileCountsWhenItsWriterClosesItOrItIsRenamedIntoPlace() throws {
        let watched = try Watched()
        let file = try #require(fopen(watched.path("a"), "w"))
        #expect(watched.happened() == ["created a"])
        fputs("text", file)
        fflush(file)
        #expect(watched.happened() == [])
        fclose(file)
        #expect(watched.happened() == ["written a"])
        rename(watched.path("a"), watched.path("b"))
        #expect(watched.happened() == ["gone a", "movedIn b"])
        unlink(watched.path("b"))
        #expect(watched.happened() == ["gone b"])
    }

    @Test func foldersAndLinksAreMade() throws {
        let watched = try Watched()
        mkdir(watched.path("folder"), 0o700)
        symlink("elsewhere", watched.path("link"))
        #expect(watched.happened() == ["created folder", "created link"])
    }

    @Test func aFolderThatGoesAwaySaysSo() throws {
        let watched = try Watched()
        rmdir(watched.folder.path)
        #expect(watched.happened() == ["folderGone "])
    }

    @Test func whatIsNotThereCannotBeWatched() throws {
        let watch = try FolderWatch(reactor: Reactor()) { _ in }
        #expect(throws: SocketFailure.self) { try watch.watch("/nonexistent/folder") }
    }
}
