/// One way to break a document that would be valid, by the rule of section 5 that it breaks.
public enum Fault: String, CaseIterable, Sendable {
    case typeSystemDefinition, typeExtension
    case repeatedOperationName
    case anonymousAmongOthers
    case missingRootType
    case severalSubscriptionFields, conditionalSubscriptionField, introspectionSubscriptionField
    case unknownField, fieldOfAnotherType, fieldOfAUnion
    case otherFieldUnderOneName, otherArgumentsUnderOneName, otherShapeUnderOneName
    case selectionsOnALeaf, noSelectionsOnAnObject
    case unknownArgument, unknownDirectiveArgument
    case repeatedArgument
    case missingArgument, missingDirectiveArgument
    case repeatedFragmentName
    case fragmentOnUnknownType, inlineFragmentOnUnknownType
    case fragmentOnALeaf, inlineFragmentOnAnInput
    case unusedFragment, fragmentsThatUseOnlyEachOther
    case unknownFragment
    case fragmentOfItself, fragmentsInARing
    case impossibleSpread, impossibleInlineFragment
    case valueOfAnotherKind, nullInANonNullPlace, numberOutOfRange, unknownEnumValue, enumValueAsAString,
        listInPlaceOfAnItem
    case unknownInputField
    case repeatedInputField
    case missingInputField
    case oneOfWithoutAField, oneOfWithTwoFields, oneOfWithNull
    case unknownDirective
    case directiveInAWrongPlace
    case repeatedDirective
    case repeatedVariable
    case variableOfOutputType, variableOfUnknownType
    case undefinedVariable, variableOfAnotherOperation
    case unusedVariable
    case variableOfAnotherType, nullableVariable, nullableVariableInOneOf, listVariable, variableWithNullableItems

    /// The heading of the rule in the specification.
    public var rule: String {
        switch self {
        case .typeSystemDefinition, .typeExtension: "Executable Definitions"
        case .repeatedOperationName: "Operation Name Uniqueness"
        case .anonymousAmongOthers: "Lone Anonymous Operation"
        case .missingRootType: "Operation Type Existence"
        case .severalSubscriptionFields, .conditionalSubscriptionField, .introspectionSubscriptionField:
            "Single Root Field"
        case .unknownField, .fieldOfAnotherType, .fieldOfAUnion: "Field Selections"
        case .otherFieldUnderOneName, .otherArgumentsUnderOneName, .otherShapeUnderOneName: "Field Selection Merging"
        case .selectionsOnALeaf, .noSelectionsOnAnObject: "Leaf Field Selections"
        case .unknownArgument, .unknownDirectiveArgument: "Argument Names"
        case .repeatedArgument: "Argument Uniqueness"
        case .missingArgument, .missingDirectiveArgument: "Required Arguments"
        case .repeatedFragmentName: "Fragment Name Uniqueness"
        case .fragmentOnUnknownType, .inlineFragmentOnUnknownType: "Fragment Spread Type Existence"
        case .fragmentOnALeaf, .inlineFragmentOnAnInput: "Fragments on Object, Interface or Union Types"
        case .unusedFragment, .fragmentsThatUseOnlyEachOther: "Fragments Must Be Used"
        case .unknownFragment: "Fragment Spread Target Defined"
        case .fragmentOfItself, .fragmentsInARing: "Fragment Spreads Must Not Form Cycles"
        case .impossibleSpread, .impossibleInlineFragment: "Fragment Spread Is Possible"
        case .valueOfAnotherKind, .nullInANonNullPlace, .numberOutOfRange, .unknownEnumValue, .enumValueAsAString,
            .listInPlaceOfAnItem:
            "Values of Correct Type"
        case .unknownInputField: "Input Object Field Names"
        case .repeatedInputField: "Input Object Field Uniqueness"
        case .missingInputField: "Input Object Required Fields"
        case .oneOfWithoutAField, .oneOfWithTwoFields, .oneOfWithNull: "OneOf Input Objects"
        case .unknownDirective: "Directives Are Defined"
        case .directiveInAWrongPlace: "Directives Are in Valid Locations"
        case .repeatedDirective: "Directives Are Unique per Location"
        case .repeatedVariable: "Variable Uniqueness"
        case .variableOfOutputType, .variableOfUnknownType: "Variables Are Input Types"
        case .undefinedVariable, .variableOfAnotherOperation: "All Variable Uses Defined"
        case .unusedVariable: "All Variables Used"
        case .variableOfAnotherType, .nullableVariable, .nullableVariableInOneOf, .listVariable,
            .variableWithNullableItems:
            "All Variable Usages Are Allowed"
        }
    }
}
