import Glibc
import PlainFiles
import Testing

@Suite struct PlainFileTests {
    private final class Folder {
        let path: String

        init() {
            var template = Array("/tmp/portico-plain-XXXXXX\0".utf8.map { CChar(bitPattern: $0) })
            mkdtemp(&template)
            path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }

        deinit { if let folder = opendir(path) { closedir(folder); system("rm -rf \(path)") } }

        func write(_ name: String, _ text: String) {
            guard let file = fopen("\(path)/\(name)", "w") else { return }
            fputs(text, file)
            fclose(file)
        }
    }

    private func reason(_ path: String, limit: Int = 100) -> String {
        do throws(FileFailure) {
            return String(decoding: try PlainFile.bytes(of: path, limit: limit), as: UTF8.self)
        } catch {
            return error.reason
        }
    }

    @Test func onlyWhatIsAFileIsRead() {
        let folder = Folder(), path = folder.path
        folder.write("good", "hello")
        #expect(reason("\(path)/good") == "hello")
        symlink("good", "\(path)/link")
        #expect(reason("\(path)/link") == "hello", "links are followed")
        symlink("nowhere", "\(path)/dangling")
        #expect(reason("\(path)/dangling") == "it is a link that leads nowhere")
        symlink("loop", "\(path)/loop")
        #expect(reason("\(path)/loop").contains("symbolic links"))
        mkdir("\(path)/folder", 0o755)
        #expect(reason("\(path)/folder") == "it is a folder, not a file")
        mkfifo("\(path)/pipe", 0o644)
        #expect(reason("\(path)/pipe") == "it is a pipe, not a file")
        #expect(reason("/dev/zero") == "it is a device, not a file")
        #expect(reason("\(path)/good", limit: 4) == "it is longer than 4 bytes")
        #expect(reason("\(path)/nothing") == "No such file or directory")
    }

    @Test func absenceIsToldFromAnythingElse() {
        let folder = Folder()
        symlink("nowhere", "\(folder.path)/dangling")
        func isAbsence(_ name: String) -> Bool? {
            do throws(FileFailure) { _ = try PlainFile.bytes(of: "\(folder.path)/\(name)", limit: 1) } catch {
                return error.isAbsence
            }
            return nil
        }
        #expect(isAbsence("nothing") == true && isAbsence("dangling") == false)
    }

    @Test func namesThatAreNoUTF8AreListedApart() throws {
        let folder = Folder()
        folder.write("good", "")
        let path = folder.path + "/bad"
        var bytes = Array(path.utf8) + [0xFF, 0]
        close(
            bytes.withUnsafeMutableBytes { raw in
                open(raw.baseAddress!.assumingMemoryBound(to: CChar.self), O_CREAT | O_WRONLY, 0o644)
            })
        let listing = try FolderListing(folder.path, limit: 10)
        #expect(listing.names == ["good"] && listing.unreadable == ["bad\u{FFFD}"])
        #expect(throws: FileFailure.self) { try FolderListing(folder.path, limit: 1) }
    }
}
