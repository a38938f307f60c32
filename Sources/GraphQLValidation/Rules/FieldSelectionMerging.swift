import Diagnostics
import ExactText
import GraphQLLanguage
import GraphQLSchema

/// Fields with the same response name can be merged: their results have the same shape and, where
/// both can apply to one object, they have the same name and arguments.
/// https://spec.graphql.org/September2025/#sec-Field-Selection-Merging
///
/// The specification compares each pair of fields. Since «same shape» and «same name and arguments»
/// are equivalence relations, it suffices to compare the fields of a group with its first, in two
/// passes over the sets of fields, each set once:
/// - by response name, for the shape;
/// - by response name and then by parent type, for name and arguments. Fields of an interface or
///   union may apply to every object, so they are added to the group of each.
///
/// A set is identified by the positions of its fields in order. Requires that fragments form no
/// cycles and that the operation keeps the limits on depth.
struct FieldSelectionMerging {
    static let rule = "Field Selection Merging"

    private let typed: TypedDocument
    private let context: ValidationContext
    private let operation: OperationDefinition
    private var shapesChecked: Set<[Int]> = []
    private var parentsChecked: Set<[Int]> = []
    private var reported: Set<[Int]> = []
    private var argumentKeys: [Int: ExactString] = [:]
    /// The last collection that visited each fragment.
    private var visited: [Int]
    private var collections = 0
    private var isExhausted = false

    init(_ typed: TypedDocument, operation: OperationDefinition, _ context: ValidationContext) {
        self.typed = typed
        self.context = context
        self.operation = operation
        visited = Array(repeating: 0, count: typed.fragments.count)
    }

    /// Whether any fields can meet: not without fragments and with distinct names in each set.
    static func isNeeded(_ typed: TypedDocument) -> Bool {
        typed.holdsFragments
            || !typed.sets.allSatisfy { entries in
                haveNamesOfTheirOwn(
                    entries.compactMap { if case .field(let position) = $0 { position } else { nil } }, typed)
            }
    }

    mutating func check(set: Int) {
        let fields = collect([set])
        checkShapes(fields, path: [])
        checkParents(fields, path: [])
    }

    // MARK: The two passes

    /// SameResponseShape for all fields of each response name.
    private mutating func checkShapes(_ fields: [Int], path: [String]) {
        guard !isExhausted, isNew(fields, \.shapesChecked), spend(fields.count) else { return }
        if Self.haveNamesOfTheirOwn(fields, typed) {
            for field in fields where !isExhausted {
                descend(CollectionOfOne(field), path) { $0.checkShapes($1, path: $2) }
            }
            return
        }
        for group in groupedByResponseName(fields) where !isExhausted {
            let first = typed.fields[group[0]]
            var isConflict = false
            for other in group.dropFirst() where !haveSameShape(first, typed.fields[other]) {
                reportShape(group[0], other, path)
                isConflict = true
            }
            if !isConflict { descend(group, path) { $0.checkShapes($1, path: $2) } }
        }
    }

    /// FieldsInSetCanMerge without what the shape covers.
    private mutating func checkParents(_ fields: [Int], path: [String]) {
        guard !isExhausted, isNew(fields, \.parentsChecked), spend(fields.count) else { return }
        if Self.haveNamesOfTheirOwn(fields, typed) {
            for field in fields where !isExhausted {
                guard spend(1) else { return }
                descend(CollectionOfOne(field), path) { $0.checkParents($1, path: $2) }
            }
            return
        }
        for group in groupedByResponseName(fields) {
            for part in groupedByParent(group) where !isExhausted {
                guard spend(part.count) else { return }
                var isConflict = false
                for other in part.dropFirst() where !areSame(part[0], other) {
                    reportMeaning(part[0], other, path)
                    isConflict = true
                }
                if !isConflict { descend(part, path) { $0.checkParents($1, path: $2) } }
            }
        }
    }

    /// Continues with the merged selections of fields that passed.
    private mutating func descend(
        _ group: some RandomAccessCollection<Int>, _ path: [String], _ check: (inout Self, [Int], [String]) -> Void
    ) {
        guard let first = group.first, group.contains(where: { typed.fields[$0].children != nil }) else { return }
        let merged = collect(group.compactMap { typed.fields[$0].children })
        check(&self, merged, path + [typed.fields[first].field.responseKey.value])
    }

    /// A set may recur by several spreads of a fragment, and below fields of an interface, which
    /// are added to the group of each object.
    private mutating func isNew(_ fields: [Int], _ checked: WritableKeyPath<Self, Set<[Int]>>) -> Bool {
        !typed.holdsFragments || self[keyPath: checked].insert(fields).inserted
    }

    /// The usual case, in which nothing is compared. False for many fields, which are not checked.
    private static func haveNamesOfTheirOwn(_ fields: [Int], _ typed: TypedDocument) -> Bool {
        guard fields.count <= fewFields else { return false }
        for (index, field) in fields.enumerated() {
            let name = typed.fields[field].field.responseKey.value
            for other in fields[..<index] where typed.fields[other].field.responseKey.value == name { return false }
        }
        return true
    }

    private static let fewFields = 16

    // MARK: Sets of fields

    /// The fields of several selection sets with fragments expanded, each once, by position.
    private mutating func collect(_ sets: [Int]) -> [Int] {
        collections += 1
        var fields: [Int] = [], waiting = sets
        while let set = waiting.popLast() {
            guard spend(1 + typed.sets[set].count) else { return [] }
            for entry in typed.sets[set] {
                switch entry {
                case .field(let position): fields.append(position)
                case .inline(let inner): waiting.append(inner)
                case .fragment(let fragment) where visited[fragment] != collections:
                    visited[fragment] = collections
                    waiting.append(typed.fragments[fragment].set)
                case .fragment: break
                }
            }
        }
        // Usually already sorted.
        return zip(fields, fields.dropFirst()).allSatisfy(<) ? fields : fields.sorted()
    }

    private func groupedByResponseName(_ fields: [Int]) -> [[Int]] {
        var groups: [[Int]] = [], positions: [String: Int] = [:]
        for field in fields { group(field, by: typed.fields[field].field.responseKey.value, &groups, &positions) }
        return groups
    }

    /// One part for each object type, with the fields of interfaces and unions in all of them.
    private func groupedByParent(_ fields: [Int]) -> [[Int]] {
        guard fields.count > 1 else { return [fields] }
        var parts: [[Int]] = [], positions: [String: Int] = [:]
        for field in fields where typed.fields[field].parentIsObject {
            group(field, by: typed.fields[field].parent, &parts, &positions)
        }
        let abstract = fields.filter { !typed.fields[$0].parentIsObject }
        if parts.isEmpty { return [abstract] }
        return abstract.isEmpty ? parts : parts.map { ($0 + abstract).sorted() }
    }

    private func group(_ field: Int, by key: String, _ groups: inout [[Int]], _ positions: inout [String: Int]) {
        if let position = positions[key] {
            groups[position].append(field)
        } else {
            positions[key] = groups.count
            groups.append([field])
        }
    }

    private mutating func spend(_ steps: Int) -> Bool {
        if context.errors.isFull || !context.spend(steps, at: operation.place) { isExhausted = true }
        return !isExhausted
    }

    // MARK: Comparisons

    private func haveSameShape(_ left: TypedDocument.SelectedField, _ right: TypedDocument.SelectedField) -> Bool {
        var (a, b) = (left.definition.type, right.definition.type)
        while true {
            switch (a, b) {
            case (.nonNull(let inner), .nonNull(let other)), (.list(let inner), .list(let other)):
                (a, b) = (inner, other)
            case (.named(let name), .named(let other)): return left.isLeaf || right.isLeaf ? name == other : true
            case (.nonNull, _), (.list, _), (.named, _): return false
            }
        }
    }

    private mutating func areSame(_ left: Int, _ right: Int) -> Bool {
        typed.fields[left].field.name.value == typed.fields[right].field.name.value
            && argumentKey(left) == argumentKey(right)
    }

    private mutating func argumentKey(_ field: Int) -> ExactString {
        let arguments = typed.fields[field].field.arguments
        if arguments.isEmpty { return "" }
        if let key = argumentKeys[field] { return key }
        let key = ExactString(canonicalText(arguments))
        argumentKeys[field] = key
        return key
    }

    // MARK: Errors

    private mutating func reportShape(_ first: Int, _ other: Int, _ path: [String]) {
        let (a, b) = (typed.fields[first], typed.fields[other])
        report(first, other, path) { "\($0) would have two types, \(Self.typeAndName(a)) and \(Self.typeAndName(b))." }
    }

    private static func typeAndName(_ field: TypedDocument.SelectedField) -> String {
        "\(field.definition.type.description.quoted) of \("\(field.parent).\(field.field.name.value)".quoted)"
    }

    private mutating func reportMeaning(_ first: Int, _ other: Int, _ path: [String]) {
        let (a, b) = (typed.fields[first].field.name.value, typed.fields[other].field.name.value)
        report(first, other, path) {
            a == b
                ? "\($0) is selected with different arguments."
                : "\($0) stands for two fields, \(a.quoted) and \(b.quoted)."
        }
    }

    private mutating func report(_ first: Int, _ other: Int, _ path: [String], _ sentence: (String) -> String) {
        guard reported.insert([first, other]).inserted else { return }
        let (a, b) = (typed.fields[first].field, typed.fields[other].field)
        let place = (path + [a.responseKey.value]).joined(separator: ".").quoted
        context.errors.add(
            Self.rule, at: [b.responseKey.range.through(b.name.range), a.responseKey.range.through(a.name.range)],
            message: "\(sentence(place)) Give one of them another alias.")
    }
}

/// Equal texts for equal arguments, regardless of the order of arguments and of fields of objects.
private func canonicalText(_ arguments: [Argument]) -> String {
    arguments.map { "\($0.name.value):\(canonicalText($0.value))" }.sorted().joined(separator: ",")
}

/// Each kind of value has its own prefix, and strings include their length: texts are unique.
private func canonicalText(_ value: Value) -> String {
    switch value {
    case .variable(let name): "$\(name.value)"
    case .int(let text, _): "i\(text)"
    case .float(let text, _): "f\(text)"
    case .string(let text): "s\(text.value.utf8.count):\(text.value)"
    case .boolean(let flag, _): "b\(flag)"
    case .null: "n"
    case .enumValue(let name): "e\(name.value)"
    case .list(let items, _): "[\(items.map(canonicalText).joined(separator: ","))]"
    case .object(let fields, _):
        "{\(fields.map { "\($0.name.value):\(canonicalText($0.value))" }.sorted().joined(separator: ","))}"
    }
}
