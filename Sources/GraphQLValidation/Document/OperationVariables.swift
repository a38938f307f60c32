import Diagnostics
import GraphQLLanguage

/// Applies the rules about uses of variables to each operation with all fragments that it reaches.
///
/// The uses were collected once per fragment; each operation visits each fragment once, which
/// counts against the work budget.
enum OperationVariables {
    static func check(_ typed: TypedDocument, _ context: ValidationContext) {
        // The last operation that visited each fragment.
        var visited = [Int](repeating: -1, count: typed.fragments.count)
        for (number, operation) in context.index.operations.enumerated() where !context.errors.isFull {
            var positions: [String: Int] = [:]
            for (position, variable) in operation.variables.enumerated() where positions[variable.name.value] == nil {
                positions[variable.name.value] = position
            }
            var used = [Bool](repeating: false, count: operation.variables.count)
            var waiting = [typed.operations[number]]
            while let facts = waiting.popLast() {
                guard context.spend(1 + facts.uses.count + facts.spreads.count, at: operation.place) else { return }
                for use in facts.uses {
                    guard let position = positions[use.name.value] else {
                        AllVariableUsesDefined.report(use, in: operation, context)
                        continue
                    }
                    used[position] = true
                    AllVariableUsagesAreAllowed.check(use, of: operation.variables[position], context)
                }
                for spread in facts.spreads where visited[spread.fragment] != number {
                    visited[spread.fragment] = number
                    waiting.append(typed.fragments[spread.fragment])
                }
            }
            for (position, variable) in operation.variables.enumerated()
            where !used[position] && positions[variable.name.value] == position {
                AllVariablesUsed.report(variable, in: operation, context)
            }
        }
    }
}
