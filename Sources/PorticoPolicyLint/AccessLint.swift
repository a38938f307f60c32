import Diagnostics
import ExactText
import PorticoAccess
import PorticoCatalog
import YAMLTree

/// Facts that only a database can provide.
public protocol LintDatabase {
    /// The existing ones of these tenants.
    func existing(tenants: [String]) throws -> Set<ExactString>
    /// PostgreSQL's plan of a statement by `EXPLAIN (FORMAT JSON)`, with useful indexes forced.
    func explain(_ statement: String, _ parameters: [String?]) throws -> String
}

/// Finds what rules allow, but probably unintentionally: lints are the cases of ``LintName``.
///
/// It changes nothing: rules with findings are in force like any.
public struct AccessLint {
    private let files: ProjectFiles
    private let catalog: Catalog
    private let limits: RuleLimits

    public init(files: ProjectFiles, catalog: Catalog, limits: RuleLimits = RuleLimits()) {
        (self.files, self.catalog, self.limits) = (files, catalog, limits)
    }

    /// All findings in the order of files and places, including those explained by a comment.
    /// Without a database, lints that need one are skipped. Throws only what the database throws.
    public func findings(_ database: (any LintDatabase)? = nil) throws -> [LintFinding] {
        let policy: Policy
        do throws(Diagnostics) {
            policy = try Policy.load(files, catalog: catalog, limits: limits)
        } catch {
            // With invalid roles there are no rules to examine.
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

    /// Adds the reasons in comments, and the problems of such comments.
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

    /// Distinct files of tenants, each with the number of others with the same text: most copy one.
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
        for read in tree.reads {
            let (role, type) = (read.role.text, read.type)
            guard let rules = subjects.policy.widestRules(role: role) else { continue }
            if let stated = read["rows"],
                let located = LocatedCondition(stated.node, of: type, role: role, catalog: catalog)
            {
                rows.examine(located, of: type, known: subjects.isolation(of: type, rules))
            }
            for leak in BelongingRows(catalog: catalog, rules: rules).leaks(type) {
                report(
                    .reachableElsewhere, subjects.message(leak, type, role: role, tenant: nil),
                    at: read["rows"]?.keyRange ?? read.typeRange, hint: subjects.hint(leak))
            }
            if let optional = read["optional"], subjects.policy.optionalTypes(of: role)[type.name] != nil,
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
                    at: read.typeRange, hint: "State its isolation if its rows are somebody's.")
            }
        }
        return rows.findings + found
    }

    // MARK: Tenants

    private func tenantFindings(_ subjects: LintSubjects) -> [LintFinding] {
        distinctTenants.flatMap { source, others -> [LintFinding] in
            guard subjects.policy.tenantProblems[ExactString(source.stem)] == nil,
                let tree = RuleTree(source, isOfTenant: true, catalog: catalog)
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

    private func tenantFindings(_ tree: RuleTree, _ subjects: LintSubjects) -> [LintFinding] {
        let tenant = tree.source.stem
        var rows = RowLint(catalog: catalog, source: tree.source)
        var found: [LintFinding] = []
        for read in tree.reads {
            let (role, type) = (read.role.text, read.type)
            guard let wide = subjects.policy.widestRules(role: role),
                case .rules(let rules) = subjects.policy.rules(role: role, tenant: tenant)
            else { continue }
            if let stated = read["rows"],
                let located = LocatedCondition(stated.node, of: type, role: role, catalog: catalog)
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
            for name in read["hide"]?.items ?? [] {
                guard let field = name.node.text, wide.types[type.name]?.fields.contains(ExactString(field)) != true
                else { continue }
                found.append(
                    LintFinding(
                        .hiddenAlready, "\(role) cannot read `\(field)` of \(type.name) anyway.",
                        file: tree.source.name, range: name.node.range, hint: "Take it out of `hide`."))
            }
        }
        return rows.findings + found
    }

    // MARK: The schema

    /// Non-null relations to one row that a viewer may not see.
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
    /// A problem found by the files' own reader.
    init(invalid diagnostic: Diagnostic) {
        self.init(.invalid, diagnostic.message, file: diagnostic.file, range: diagnostic.range, hint: diagnostic.hint)
    }
}
