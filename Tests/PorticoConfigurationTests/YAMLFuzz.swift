import Diagnostics
import Foundation
import PorticoAccess
import PorticoCatalog
import TestRandom
import Testing
import YAMLTree
@testable import PorticoConfiguration

/// The files that people write, with lines and bytes changed, through the parser of YAML and the
/// readers above it: they load, or each problem has a place in its file.
@Suite struct YAMLFuzz {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path(percentEncoded: false)

    private struct Project {
        let files: ProjectFiles
        let catalog: Catalog
        let gateway: SourceText
        /// All lines of all files, to be put where they do not belong.
        let lines: [[UInt8]]
    }

    private static func project() throws -> Project {
        let files = try ProjectFiles.read(folder: folder)
        let gateway = SourceText(
            name: "config/gateway.yaml",
            bytes: Array(try Data(contentsOf: URL(filePath: folder + "/config/gateway.yaml"))))
        let lines = (files.resolvers + [files.roles, gateway] + files.tenants).flatMap {
            $0.bytes.split(separator: 0x0A).map(Array.init)
        }
        return Project(
            files: files, catalog: try CatalogLoader.load(schemaFile: files.schema, resolvers: files.resolvers),
            gateway: gateway, lines: lines)
    }

    @Test func everyFileLoadsOrItsProblemsHavePlaces() throws {
        let project = try Self.project()
        var loaded = 0, refused = 0
        FuzzRun.rounds(600, "yaml") { seed in
            var random = SeededGenerator(seed: seed)
            var problems: [Diagnostic] = []
            let changed = Self.read(project, &random, &problems)
            if problems.isEmpty { loaded += 1 } else { refused += 1 }
            for problem in problems {
                let isPlaced = problem.range.map { $0.start <= $0.end && Int($0.end) <= changed.bytes.count } ?? false
                // A problem may also be another file's: what the changed one no longer says.
                guard !problem.message.isEmpty, !problem.file.isEmpty, isPlaced || problem.file != changed.name else {
                    Issue.record("seed \(seed): \(problem) of\n\(String(decoding: changed.bytes, as: UTF8.self))")
                    return false
                }
                _ = render(problem, in: changed)
            }
            return true
        }
        if FuzzRun.seconds == nil { #expect(loaded > 30 && refused > 200) }
    }

    /// Changes one file and reads it by the reader that it is for.
    private static func read(
        _ project: Project, _ random: inout SeededGenerator, _ problems: inout [Diagnostic]
    ) -> SourceText {
        let (files, catalog) = (project.files, project.catalog)
        do throws(Diagnostics) {
            switch Int.random(in: 0..<5, using: &random) {
            case 0:
                let changed = changed(project.gateway, project.lines, &random)
                do throws(Diagnostics) {
                    _ = try GatewayConfiguration.read(changed, project: "/nowhere", environment: { _ in nil })
                } catch { problems = error.items }
                return changed
            case 1:
                let changed = changed(files.roles, project.lines, &random)
                do throws(Diagnostics) {
                    let policy = try Policy.load(catalog: catalog, roles: changed, tenants: files.tenants)
                    for role in policy.roles { _ = policy.rules(role: role, tenant: "agency-001") }
                } catch { problems = error.items }
                return changed
            case 2 where !files.tenants.isEmpty:
                let changed = changed(
                    files.tenants[Int.random(in: 0..<files.tenants.count, using: &random)], project.lines, &random)
                let policy = try Policy.load(catalog: catalog, roles: files.roles, tenants: [changed])
                problems = policy.tenantProblems.values.flatMap(\.items)
                return changed
            case 3:
                let changed = changed(files.roles, project.lines, &random)
                do throws(Diagnostics) {
                    _ = try parseYAML(changed, limits: YAMLLimits(bytes: 1 << 16, depth: 6, nodes: 300))
                } catch { problems = error.items }
                return changed
            default:
                let place = Int.random(in: 0..<files.resolvers.count, using: &random)
                var resolvers = files.resolvers
                resolvers[place] = changed(resolvers[place], project.lines, &random)
                do throws(Diagnostics) {
                    _ = try CatalogLoader.load(schemaFile: files.schema, resolvers: resolvers)
                } catch { problems = error.items }
                return resolvers[place]
            }
        } catch {
            problems = error.items
            return files.roles
        }
    }

    private static let pieces: [[UInt8]] =
        [
            "- ", "? ", ": ", ":", "{", "}", "[", "]", ",", "|\n", ">-\n", "&a ", "*a", "!tag ", "!!str ", "# ", "\"",
            "'", "\\", "\t", "\n", "\n\n", "  ", "---\n", "...\n", "%YAML 1.1\n", "<<: ", "null", "~", "true", "no",
            "1e3",
            "0x10", ".inf", "$viewer.id", "${HOME}", "${", "\u{FEFF}", "\u{85}", "\u{2028}", "é", "eq", "fields",
            "rows", "{}", "[]", "\"\\u", "\"\\x41\"", "@", "`",
        ].map { Array($0.utf8) } + [[0x00], [0xFF], [0xFE, 0xFF], [0xFF, 0xFE], [0xC3], [0xED, 0xA0, 0x80], [0x07]]

    private static func changed(
        _ source: SourceText, _ foreign: [[UInt8]], _ random: inout SeededGenerator
    ) -> SourceText {
        var lines = source.bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init)
        for _ in 0..<Int.random(in: 1...3, using: &random) where !lines.isEmpty {
            let place = Int.random(in: 0..<lines.count, using: &random)
            switch Int.random(in: 0..<9, using: &random) {
            case 0: lines.remove(at: place)
            case 1: lines.insert(lines[place], at: place)
            case 2: lines.swapAt(place, Int.random(in: 0..<lines.count, using: &random))
            case 3: lines.insert(foreign.randomElement(using: &random) ?? [], at: place)
            case 4:
                lines[place].insert(
                    contentsOf: [UInt8](repeating: 0x20, count: Int.random(in: 1...4, using: &random)), at: 0)
            case 5: lines[place] = Array(lines[place].drop { $0 == 0x20 })
            case 6 where !lines[place].isEmpty:
                lines[place][Int.random(in: 0..<lines[place].count, using: &random)] = UInt8.random(
                    in: 0...255, using: &random)
            default:
                lines[place].insert(
                    contentsOf: pieces.randomElement(using: &random) ?? [],
                    at: Int.random(in: 0...lines[place].count, using: &random))
            }
        }
        if Int.random(in: 0..<30, using: &random) == 0 {
            let piece = pieces.randomElement(using: &random) ?? []
            lines.append(Array(repeatElement(piece, count: Int.random(in: 10...400, using: &random)).joined()))
        }
        return SourceText(name: source.name, bytes: Array(lines.joined(separator: [0x0A])))
    }
}
