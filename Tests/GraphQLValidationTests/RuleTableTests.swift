import Testing

@testable import GraphQLValidation

/// For one rule of section 5: documents that keep it, and documents that do not with all errors
/// that they get.
struct RuleTable: Sendable, CustomTestStringConvertible {
    struct Case: Sendable {
        let document: String
        let errors: [String]

        init(_ document: String, _ errors: String...) {
            self.document = document
            self.errors = errors
        }
    }

    let rule: String
    let valid: [String]
    let invalid: [Case]

    init(_ rule: String, valid: [String], invalid: [Case]) {
        self.rule = rule
        self.valid = valid
        self.invalid = invalid
    }

    var testDescription: String { rule }

    static let all: [RuleTable] = [
        .executableDefinitions, .operationNameUniqueness, .loneAnonymousOperation, .singleRootField,
        .fieldSelections, .fieldSelectionMerging, .leafFieldSelections, .argumentNames,
        .argumentUniqueness, .requiredArguments, .fragmentNameUniqueness, .fragmentSpreadTypeExistence,
        .fragmentsOnCompositeTypes, .fragmentsMustBeUsed, .fragmentSpreadTargetDefined,
        .fragmentSpreadsMustNotFormCycles,
        .fragmentSpreadIsPossible, .valuesOfCorrectType, .inputObjectFieldNames, .inputObjectFieldUniqueness,
        .inputObjectRequiredFields, .oneOfInputObjects, .directivesAreDefined, .directivesAreInValidLocations,
        .directivesAreUniquePerLocation, .variableUniqueness, .variablesAreInputTypes, .allVariableUsesDefined,
        .allVariablesUsed, .allVariableUsagesAreAllowed,
    ]
}

@Suite struct RuleTableTests {
    @Test(arguments: RuleTable.all)
    func documentsThatKeepTheRuleHaveNoErrors(_ table: RuleTable) throws {
        for document in table.valid { #expect(try Fixture.errors(document) == [], "\(document)") }
    }

    @Test(arguments: RuleTable.all)
    func documentsThatBreakTheRuleHaveExactlyTheseErrors(_ table: RuleTable) throws {
        for invalid in table.invalid {
            #expect(try Fixture.errors(invalid.document) == invalid.errors, "\(invalid.document)")
        }
    }

    @Test(arguments: RuleTable.all)
    func eachTableSpeaksOfItsRule(_ table: RuleTable) {
        let mentions = table.invalid.filter { $0.errors.contains { $0.contains(" \(table.rule): ") } }.count
        #expect(mentions >= 3)
        #expect(table.valid.count >= 4 && table.invalid.count >= 4)
    }
}
