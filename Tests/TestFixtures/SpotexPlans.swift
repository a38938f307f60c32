import Diagnostics
import Foundation
import GraphQLLanguage
import GraphQLSchema
import GraphQLValidation
import JSONBytes
import PorticoAccess
import PorticoCatalog
import PorticoPlanning

/// The Spotex API of this repository, with rules that tests state themselves.
public enum Fixture {
    public static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path(percentEncoded: false)

    public static let catalog: Catalog = {
        do {
            let files = try ProjectFiles.read(folder: folder)
            return try CatalogLoader.load(schemaFile: files.schema, resolvers: files.resolvers)
        } catch {
            fatalError("the project's own files do not load: \(error)")
        }
    }()

    /// Everything may be read, within the reach.
    public static func rules(
        _ reach: Reach, rows: [String: Condition<RuleOperand>] = [:], required: Set<ViewerValue> = [],
        hiding: [String: Set<String>] = [:], limits: RuleLimits = RuleLimits()
    ) -> CompiledPolicy {
        let origin = RuleOrigin(file: "roles.yaml", line: 7, column: 3)
        var types: [String: TypeRule] = [:]
        for (name, binding) in catalog.types {
            let rule = rows[name].map { RowRule(condition: $0, required: required, origins: [origin]) }
            types[name] = TypeRule(
                fields: Set(binding.fields.keys).subtracting(hiding[name] ?? []), rows: rule, origin: origin)
        }
        return CompiledPolicy(
            fingerprint: 1, role: "tester", reach: reach, catalog: catalog, schema: catalog.schema, types: types,
            limits: limits)
    }

    public static func operation(_ query: String) throws -> ValidatedOperation {
        let source = SourceText(name: "", query)
        return try Validator(schema: catalog.schema).operation(
            try parse(source, allow: .executable), source: source, named: nil)
    }

    public static func plan(
        _ query: String, variables: String = "{}", rules: CompiledPolicy = rules(.tenant), scope: TenantScope = .one,
        isTagged: Bool = false
    ) throws -> AuthorizedPlan {
        let operation = try operation(query)
        guard case .object(let members) = try parseJSON(Array(variables.utf8)) else {
            fatalError("variables are an object")
        }
        let values = try coerceVariables(operation, members)
        let shapes = VariableShapes(operation, byValue: query.contains("__"))
        var planner = Planner(catalog: catalog, rules: rules, scope: scope)
        planner.tagsStatements = isTagged
        return try planner.plan(operation, shapes: shapes, variables: values)
    }

    public static func field(_ type: String, _ name: String) -> ColumnBinding {
        guard let column = catalog.types[type]?.column(name) else { fatalError("\(type).\(name) is no column") }
        return column
    }

    public static func relation(_ type: String, _ name: String) -> RelationBinding {
        guard let relation = catalog.types[type]?.relation(name) else { fatalError("\(type).\(name) is no relation") }
        return relation
    }
}
