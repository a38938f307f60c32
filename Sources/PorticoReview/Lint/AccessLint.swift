import Diagnostics
import ExactText
import PorticoAccess
import PorticoCatalog
import YAMLTree

/// What a database knows that files do not.
public protocol LintDatabase {
    /// Those of these tenants that there are.
    func existing(tenants: [String]) throws -> Set<ExactString>
    /// What PostgreSQL's planner makes of a statement, as `EXPLAIN (FORMAT JSON)` says it, when it
    /// is made to use every index that can help.
    func explain(_ statement: String, _ parameters: [String?]) throws -> String
}

/// Looks through a project's rules for what is allowed and yet hardly meant: each lint is one case
/// of ``LintName``.
///
/// It changes nothing and decides nothing: rules with findings are in force like any.
public struct AccessLint {
    private let files: ProjectFiles
    private let catalog: Catalog
    private let limits: RuleLimits

    public init(files: ProjectFiles, catalog: Catalog, limits: RuleLimits = RuleLimits()) {
        self.files = files
        self.catalog = catalog
        self.limits = limits
    }

    /// All findings in the order of files and places, those that a comment explains among them.
    /// Without a database what it alone can tell is left out. Throws only what the database throws.
    public func findings(_ database: (any LintDatabase)? = nil) throws -> [LintFinding] {
        let policy: Policy
        do throws(Diagnostics) {
            policy = try Policy.load(
                catalog: catalog, limits: limits, roles: files.roles, tenants: files.tenants,
                unreadable: files.unreadable)
        } catch {
            // Where the roles are wrong there are no rules to look at.
            return explained(error.items.map(LintFinding.init(invalid:)), [.invalid])
        }
        let subjects = LintSubjects(policy, files: files, catalog: catalog)
        var found =
            policy.tenantProblems.values.flatMap(\.items).map(LintFinding.init(invalid:)) + roleFindings(subjects)
            + tenantFindings(subjects) + schemaFindings(subjects)
        guard let database else {
            return explained(found, Set(LintName.allCases).subtracting([.unsupportedRows, .unknownTenant]))
        }
        found += try databaseFindings(subjects, database)
        return explained(found, Set(LintName.allCases))
    }

    /// With the reasons of comments, and with what is wrong with the comments.
    private func explained(_ findings: [LintFinding], _ looked: Set<LintName>) -> [LintFinding] {
        var findings = findings
        for source in [files.schema, files.roles] + distinctTenants.map(\.source) + files.resolvers {
            var switches = LintSwitches(source)
            for index in findings.indices
            where findings[index].diagnostic.file == source.name && findings[index].name.isSwitchable {
                findings[index].reason = switches.reason(for: findings[index])
            }
            findings += switches.problems + switches.unused(among: looked)
        }
        let order = [files.schema.name, files.roles.name]
        func rank(_ finding: LintFinding) -> (Int, String, UInt32) {
            (
                order.firstIndex(of: finding.diagnostic.file) ?? order.count, finding.diagnostic.file,
                finding.diagnostic.range?.start ?? 0
            )
        }
        return findings.sorted { rank($0) < rank($1) }
    }

    /// Files of tenants that differ, each with how many others have the same text: most copy one.
    private var distinctTenants: [(source: SourceText, others: Int)] {
        var places: [[UInt8]: Int] = [:]
        var distinct: [(source: SourceText, others: Int)] = []
        for source in files.tenants {
            if let place = places[source.bytes] {
                distinct[place].others += 1
            } else {
                places[source.bytes] = distinct.count
                distinct.append((source, 0))
            }
        }
        return distinct
    }

    // MARK: Roles

    private func roleFindings(_ subjects: LintSubjects) -> [LintFinding] {
        guard let tree = subjects.roles else { return [] }
        var rows = RowLint(catalog: catalog, source: tree.source)
        var found: [LintFinding] = []
        func report(_ name: LintName, _ message: String, at range: SourceRange, hint: String) {
            found.append(LintFinding(name, message, file: tree.source.name, range: range, hint: hint))
        }
        for (role, entry) in tree.all {
            let type = entry.type
            guard let rules = subjects.policy.widestRules(role: role) else { continue }
            if let stated = entry.members["rows"],
                let located = LocatedCondition(stated.value, of: type, role: role, catalog: catalog)
            {
                rows.examine(located, of: type, known: subjects.isolation(of: type, rules))
            }
            for leak in BelongingRows(catalog: catalog, rules: rules).leaks(type) {
                report(
                    .reachableElsewhere, subjects.message(leak, type, role: role, tenant: nil),
                    at: entry.members["rows"]?.keyRange ?? entry.typeRange, hint: subjects.hint(leak))
            }
            if let optional = entry.members["optional"], subjects.policy.optionalTypes(of: role)[type.name] != nil,
                !subjects.isGranted(role, type.name)
            {
                report(
                    .unusedOptional, "No tenant's file grants `\(role).\(type.name).read`.", at: optional.keyRange,
                    hint:
                        "Take the rule away, or write `grants: [\(role).\(type.name).read]` into the file of a tenant that is to have it."
                )
            }
            if type.isolation == .none, rules.reach != .crossTenant, rules.types[type.name] != nil {
                let which = rules.types[type.name]?.rows == nil ? "every row of it" : "rows of it by this rule alone"
                report(
                    .acrossTenants,
                    "\(type.name) belongs to no tenant (`isolation: none` in \(type.file)), and \(role) reads \(which), whoever put it there.",
                    at: entry.typeRange, hint: "State its isolation if its rows are somebody's.")
            }
        }
        return rows.findings + found
    }

    // MARK: Tenants

    private func tenantFindings(_ subjects: LintSubjects) -> [LintFinding] {
        distinctTenants.flatMap { source, others -> [LintFinding] in
            guard subjects.policy.tenantProblems[ExactString(source.stem)] == nil,
                let tree = RuleFileTree(source, isOfTenant: true, catalog: catalog)
            else { return [] }
            return tenantFindings(tree, subjects).map { finding in
                guard others > 0 else { return finding }
                var shared = finding
                shared.diagnostic.hint =
                    "\(finding.diagnostic.hint ?? "") \(others) other tenant\(others == 1 ? " has" : "s have") the same file."
                return shared
            }
        }
    }

    private func tenantFindings(_ tree: RuleFileTree, _ subjects: LintSubjects) -> [LintFinding] {
        let tenant = tree.source.stem
        var rows = RowLint(catalog: catalog, source: tree.source)
        var found: [LintFinding] = []
        for (role, entry) in tree.all {
            let type = entry.type
            guard let wide = subjects.policy.widestRules(role: role),
                case .rules(let rules) = subjects.policy.rules(role: role, tenant: tenant)
            else { continue }
            if let stated = entry.members["rows"],
                let located = LocatedCondition(stated.value, of: type, role: role, catalog: catalog)
            {
                rows.examine(
                    located, of: type, known: subjects.isolation(of: type, rules) + subjects.ofRole(role, type, wide))
                let before = Set(BelongingRows(catalog: catalog, rules: wide).leaks(type))
                for leak in BelongingRows(catalog: catalog, rules: rules).leaks(type) where !before.contains(leak) {
                    found.append(
                        LintFinding(
                            .reachableElsewhere, subjects.message(leak, type, role: role, tenant: tenant),
                            file: tree.source.name, range: stated.keyRange, hint: subjects.hint(leak)))
                }
            }
            if case .sequence(let names)? = entry.members["hide"]?.value.content {
                for name in names {
                    guard let field = name.text, wide.types[type.name]?.fields.contains(ExactString(field)) != true
                    else { continue }
                    found.append(
                        LintFinding(
                            .hiddenAlready, "\(role) cannot read `\(field)` of \(type.name) anyway.",
                            file: tree.source.name, range: name.range, hint: "Take it out of `hide`."))
                }
            }
        }
        return rows.findings + found
    }

    // MARK: The schema

    /// Relations to one row that the schema promises and a viewer may not see.
    private func schemaFindings(_ subjects: LintSubjects) -> [LintFinding] {
        var found: [LintFinding] = []
        for type in catalog.types.values.sorted(by: { $0.name < $1.name }) {
            for field in catalog.schema.type(type.name)?.fields?.elements ?? [] where field.type.isNonNull {
                guard let relation = type.relation(field.name), relation.cardinality == .one,
                    let reason = subjects.whyHidden(relation, of: type)
                else { continue }
                found.append(
                    LintFinding(
                        .hideableNonNull,
                        "`\(field.name)` of \(type.name) is never null in the schema, but \(reason): the whole \(type.name) becomes null then.",
                        file: files.schema.name,
                        range: field.range, hint: "Write `\(field.name): \(field.type.name)`."))
            }
        }
        return found
    }

    // MARK: The database

    private func databaseFindings(_ subjects: LintSubjects, _ database: any LintDatabase) throws -> [LintFinding] {
        let existing = try database.existing(tenants: files.tenants.map(\.stem))
        let strangers = files.tenants.filter { !existing.contains($0.stem) }.map { source in
            let hint = "Name the file after the tenant's id, or remove it."
            return LintFinding(
                .unknownTenant, "There is no tenant \"\(source.stem)\": nobody is under these rules.",
                file: source.name, range: SourceRange(0, 0), hint: hint)
        }
        return strangers
            + (try RowSupport(subjects: subjects, catalog: catalog).findings(
                database, tenants: distinctTenants.map(\.source)))
    }
}

extension LintFinding {
    /// What the files' own reader says.
    init(invalid diagnostic: Diagnostic) {
        self.init(.invalid, diagnostic.message, file: diagnostic.file, range: diagnostic.range, hint: diagnostic.hint)
    }
}
