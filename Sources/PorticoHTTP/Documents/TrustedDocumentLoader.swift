import Diagnostics
import ExactText
import Foundation
import GraphQLLanguage
import GraphQLSchema
import GraphQLValidation
import JSONBytes
import PlainFiles
import PorticoAccess
import PorticoConfiguration
import PorticoGateway

/// Limits of trusted documents, which are the project's own: only against accidents.
enum TrustedDocumentLimits {
    /// Files in the folder.
    static let files = 50_000
    /// Bytes of one file.
    static let fileBytes = 32 << 20
    /// Bytes of one id.
    static let idBytes = 256
}

extension TrustedDocuments {
    /// Reads `NAME.graphql` (the id is NAME) and manifests `*.json` of the folder, and validates
    /// every document against the full schema.
    ///
    /// A missing folder that is not configured explicitly counts as empty.
    /// - Parameters:
    ///   - project: The project's folder; files are named relative to it.
    ///   - roles: All roles: one that is restricted to trusted documents must be among them. `nil`
    ///     to skip this check.
    /// - Throws: Every problem with its place: unreadable files, invalid documents, ids that occur
    ///   twice with different texts.
    public static func load(
        _ configuration: DocumentConfiguration, project: String, schema: Schema, roles: [String]?,
        limits: RuleLimits = RuleLimits()
    ) throws(Diagnostics) -> TrustedDocuments {
        var loader = TrustedDocumentLoader(schema: schema, limits: limits)
        if let roles { loader.problems = configuration.only.problems(roles: roles) }
        loader.readFolder(configuration, project: project)
        if !loader.problems.isEmpty { throw Diagnostics(loader.problems) }
        return TrustedDocuments(byID: loader.documents.mapValues(\.text))
    }

    static let documentSuffix = ".graphql"

    /// Whether a file of the folder is read; not an editor's temporary copy with a leading dot.
    static func counts(_ name: String) -> Bool {
        !name.hasPrefix(".") && (name.hasSuffix(documentSuffix) || name.hasSuffix(".json"))
    }
}

private struct TrustedDocumentLoader {
    let schema: Schema
    let limits: RuleLimits
    var documents: [ExactString: (text: [UInt8], file: String)] = [:]
    var problems: [Diagnostic] = []

    init(schema: Schema, limits: RuleLimits) {
        self.schema = schema
        self.limits = limits
    }

    // MARK: Files

    mutating func readFolder(_ configuration: DocumentConfiguration, project: String) {
        let folder = configuration.folder
        let path = folder.hasPrefix("/") ? folder : project + "/" + folder
        let manager = FileManager.default
        guard manager.fileExists(atPath: path) else {
            if let range = configuration.folderRange {
                problems.append(
                    Diagnostic("There is no folder `\(folder)`.", file: GatewayConfiguration.path, range: range))
            }
            return
        }
        guard let names = try? manager.contentsOfDirectory(atPath: path) else {
            return problems.append(Diagnostic("The folder cannot be read.", file: folder))
        }
        guard names.count <= TrustedDocumentLimits.files else {
            return problems.append(
                Diagnostic(
                    "The folder holds \(names.count) files; at most \(TrustedDocumentLimits.files) are read.",
                    file: folder))
        }
        for name in names.sorted() where TrustedDocuments.counts(name) {
            let isDocument = name.hasSuffix(TrustedDocuments.documentSuffix)
            let file = folder + "/" + name
            do throws(FileFailure) {
                let source = SourceText(
                    name: file,
                    bytes: try PlainFile.bytes(of: path + "/" + name, limit: TrustedDocumentLimits.fileBytes))
                if isDocument {
                    add(
                        id: String(name.dropLast(TrustedDocuments.documentSuffix.count)), source.bytes,
                        DocumentOrigin(source: source, string: nil))
                } else {
                    addManifest(source)
                }
            } catch {
                problems.append(Diagnostic("It cannot be read: \(error.reason).", file: file))
            }
        }
    }

    private mutating func addManifest(_ source: SourceText) {
        do throws(JSONError) {
            for entry in try DocumentManifest(source).entries {
                add(id: entry.id, entry.text, DocumentOrigin(source: source, string: entry.string))
            }
        } catch {
            problems.append(
                Diagnostic(
                    error.message, file: source.name, range: SourceRange(error.offset, error.offset + 1),
                    hint: "A manifest is an object of ids and texts, or has a list `operations` with `id` and `body`."))
        }
    }

    // MARK: Documents

    private mutating func add(id: String, _ text: [UInt8], _ origin: DocumentOrigin) {
        let file = origin.source.name
        let place = origin.range(of: SourceRange(0, 1))
        if id.isEmpty || id.utf8.count > TrustedDocumentLimits.idBytes {
            return problems.append(
                Diagnostic(
                    "The id of a document has 1 to \(TrustedDocumentLimits.idBytes) bytes; this one has \(id.utf8.count).",
                    file: file, range: place))
        }
        if id.hasPrefix(TrustedDocuments.hashPrefix), TrustedDocuments.hash(inID: id) != DocumentHash(of: text) {
            return problems.append(
                Diagnostic(
                    "The id `\(id)` is not the SHA-256 of its document.", file: file, range: place,
                    hint: "It would be sha256:\(DocumentHash(of: text).hex)."))
        }
        if let former = documents[id] {
            if former.text == text { return }
            return problems.append(
                Diagnostic(
                    "The id `\(id)` stands for another document in \(former.file) already.", file: file, range: place))
        }
        documents[id] = (text, file)
        validate(text, origin)
    }

    private mutating func validate(_ text: [UInt8], _ origin: DocumentOrigin) {
        let source = SourceText(name: origin.source.name, bytes: text)
        let document: Document
        do throws(SyntaxError) {
            document = try parse(source, limits: limits.parsing, allow: .executable)
        } catch {
            return problems.append(
                Diagnostic(error.message, file: source.name, range: origin.range(of: error.range), hint: error.hint))
        }
        for error in Validator(schema: schema, limits: limits.validation).validate(document, source: source) {
            problems.append(
                Diagnostic(error.message, file: source.name, range: error.ranges.first.map(origin.range(of:))))
        }
        let hasOperation = document.definitions.contains { if case .operation = $0 { true } else { false } }
        if !hasOperation {
            problems.append(
                Diagnostic(
                    "The document has no operation.", file: source.name, range: origin.range(of: SourceRange(0, 1))))
        }
    }
}
