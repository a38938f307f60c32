import JSONBytes
import PorticoProject

/// One document of a folder, with the variables and users that are used in turn.
struct BenchWorkload: Equatable {
    var name: String
    var document: [UInt8]
    /// At least one; empty if the operation has no variables.
    var variables: [[JSONMember]]
    /// `nil` for an anonymous viewer. At least one.
    var users: [String?]

    /// Requests until every set of variables and every user was used.
    var turns: Int { max(variables.count, users.count) }

    func variables(ofTurn turn: Int) -> [JSONMember] { variables[turn % variables.count] }
    func user(ofTurn turn: Int) -> String? { users[turn % users.count] }

    /// A folder's workloads by name: `NAME.graphql`, optionally `NAME.variables.json`, `NAME.as`.
    ///
    /// - Parameter users: For workloads without a list of their own.
    static func read(folder: String, users: [String]) throws(CommandFailure) -> [BenchWorkload] {
        guard let files = FileSystem.names(in: folder) else {
            throw .wrongUsage("the folder \(folder) cannot be read: workloads are files NAME.graphql in it.")
        }
        let suffix = ".graphql"
        let names = files.filter { $0.hasSuffix(suffix) && $0.count > suffix.count && !$0.hasPrefix(".") }.map {
            String($0.dropLast(suffix.count))
        }.sorted()
        guard !names.isEmpty else {
            throw .wrongUsage("the folder \(folder) has no workload: a workload is a file NAME.graphql.")
        }
        guard names.count <= BenchLimits.workloads else {
            throw .wrongUsage(
                "the folder \(folder) has \(names.count) workloads; at most \(BenchLimits.workloads) are measured in one call."
            )
        }
        for file in files {
            for ending in [".variables.json", ".as"]
            where file.hasSuffix(ending) && !names.contains(String(file.dropLast(ending.count))) {
                throw .wrongUsage(
                    "\(folder)/\(file) belongs to no workload: there is no \(file.dropLast(ending.count)).graphql.")
            }
        }
        var workloads: [BenchWorkload] = []
        for name in names {
            let path = "\(folder)/\(name)"
            let own = files.contains("\(name).as") ? try userList("\(path).as") : users
            workloads.append(
                BenchWorkload(
                    name: name, document: try FileSystem.bytes(of: path + suffix),
                    variables: files.contains("\(name).variables.json")
                        ? try variableSets("\(path).variables.json") : [[]],
                    users: own.isEmpty ? [nil] : own))
        }
        return workloads
    }

    /// One object, or an array of objects.
    private static func variableSets(_ path: String) throws(CommandFailure) -> [[JSONMember]] {
        let bytes = try FileSystem.bytes(of: path), value: JSONValue
        do throws(JSONError) {
            value = try parseJSON(bytes)
        } catch {
            throw .wrongUsage("\(path) is not JSON: \(error)")
        }
        let items = if case .array(let items) = value { items } else { [value] }
        guard (1...BenchLimits.turns).contains(items.count) else {
            throw .wrongUsage(
                "\(path) has \(items.count) sets of variables; 1 to \(BenchLimits.turns) are taken in turn.")
        }
        var sets: [[JSONMember]] = []
        for item in items {
            guard case .object(let members) = item else {
                throw .wrongUsage("\(path) must be one JSON object, or an array of objects that are taken in turn.")
            }
            sets.append(members)
        }
        return sets
    }

    /// One user per line; empty lines are ignored.
    private static func userList(_ path: String) throws(CommandFailure) -> [String] {
        let lines = String(decoding: try FileSystem.bytes(of: path), as: UTF8.self).split(whereSeparator: \.isNewline)
            .map { line in
                String(line.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
            }
        let users = lines.filter { !$0.isEmpty }
        guard (1...BenchLimits.turns).contains(users.count) else {
            throw .wrongUsage(
                "\(path) names \(users.count) users; 1 to \(BenchLimits.turns) are taken in turn, one a line.")
        }
        return users
    }
}
