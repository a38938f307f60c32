/// How a walk goes on after a node was entered.
public enum WalkStep: Sendable {
    /// Into its children, then `leave` it.
    case descend
    /// Past its children; it is not left.
    case skip
    /// Nowhere: the walk ends, and nothing is left any more.
    case stop
}

/// Looks at the executable definitions of a document, depth first and in the order of the text:
/// arguments, then directives, then selections.
///
/// Every method has a default that descends, so that a visitor declares only what it looks for.
/// Fragment spreads are not followed. A walk allocates nothing, and its recursion is as deep as the
/// document, which ``ParseLimits/depth`` bounds.
public protocol DocumentVisitor {
    mutating func enter(_ operation: OperationDefinition) -> WalkStep
    mutating func leave(_ operation: OperationDefinition)
    mutating func enter(_ fragment: FragmentDefinition) -> WalkStep
    mutating func leave(_ fragment: FragmentDefinition)
    mutating func enter(_ variable: VariableDefinition) -> WalkStep
    mutating func leave(_ variable: VariableDefinition)
    mutating func enter(_ field: Field) -> WalkStep
    mutating func leave(_ field: Field)
    mutating func enter(_ fragment: InlineFragment) -> WalkStep
    mutating func leave(_ fragment: InlineFragment)
    mutating func enter(_ spread: FragmentSpread) -> WalkStep
    mutating func leave(_ spread: FragmentSpread)
    mutating func enter(_ directive: Directive) -> WalkStep
    mutating func leave(_ directive: Directive)
    mutating func enter(_ argument: Argument) -> WalkStep
    mutating func leave(_ argument: Argument)
    /// Every value, also those within lists and objects.
    mutating func enter(_ value: Value) -> WalkStep
    mutating func leave(_ value: Value)
}

extension DocumentVisitor {
    @inlinable public mutating func enter(_ operation: OperationDefinition) -> WalkStep { .descend }
    @inlinable public mutating func leave(_ operation: OperationDefinition) {}
    @inlinable public mutating func enter(_ fragment: FragmentDefinition) -> WalkStep { .descend }
    @inlinable public mutating func leave(_ fragment: FragmentDefinition) {}
    @inlinable public mutating func enter(_ variable: VariableDefinition) -> WalkStep { .descend }
    @inlinable public mutating func leave(_ variable: VariableDefinition) {}
    @inlinable public mutating func enter(_ field: Field) -> WalkStep { .descend }
    @inlinable public mutating func leave(_ field: Field) {}
    @inlinable public mutating func enter(_ fragment: InlineFragment) -> WalkStep { .descend }
    @inlinable public mutating func leave(_ fragment: InlineFragment) {}
    @inlinable public mutating func enter(_ spread: FragmentSpread) -> WalkStep { .descend }
    @inlinable public mutating func leave(_ spread: FragmentSpread) {}
    @inlinable public mutating func enter(_ directive: Directive) -> WalkStep { .descend }
    @inlinable public mutating func leave(_ directive: Directive) {}
    @inlinable public mutating func enter(_ argument: Argument) -> WalkStep { .descend }
    @inlinable public mutating func leave(_ argument: Argument) {}
    @inlinable public mutating func enter(_ value: Value) -> WalkStep { .descend }
    @inlinable public mutating func leave(_ value: Value) {}
}

extension Document {
    /// Whether the visitor saw everything, that is, did not stop. Definitions of the type system
    /// are passed over.
    @inlinable @discardableResult public func walk(_ visitor: inout some DocumentVisitor) -> Bool {
        for definition in definitions {
            switch definition {
            case .operation(let operation): if !operation.walk(&visitor) { return false }
            case .fragment(let fragment): if !fragment.walk(&visitor) { return false }
            case .typeSystem, .typeSystemExtension: continue
            }
        }
        return true
    }
}

extension OperationDefinition {
    /// Whether the visitor did not stop.
    @inlinable @discardableResult public func walk(_ visitor: inout some DocumentVisitor) -> Bool {
        switch visitor.enter(self) {
        case .skip: return true
        case .stop: return false
        case .descend: break
        }
        for variable in variables where !variable.walk(&visitor) { return false }
        guard directives.walk(&visitor), selectionSet.walk(&visitor) else { return false }
        visitor.leave(self)
        return true
    }
}

extension VariableDefinition {
    @inlinable func walk(_ visitor: inout some DocumentVisitor) -> Bool {
        switch visitor.enter(self) {
        case .skip: return true
        case .stop: return false
        case .descend: break
        }
        if let defaultValue, !defaultValue.walk(&visitor) { return false }
        guard directives.walk(&visitor) else { return false }
        visitor.leave(self)
        return true
    }
}

extension FragmentDefinition {
    /// Whether the visitor did not stop.
    @inlinable @discardableResult public func walk(_ visitor: inout some DocumentVisitor) -> Bool {
        switch visitor.enter(self) {
        case .skip: return true
        case .stop: return false
        case .descend: break
        }
        guard directives.walk(&visitor), selectionSet.walk(&visitor) else { return false }
        visitor.leave(self)
        return true
    }
}

extension SelectionSet {
    /// Whether the visitor did not stop.
    @inlinable @discardableResult public func walk(_ visitor: inout some DocumentVisitor) -> Bool {
        for selection in selections {
            let goesOn =
                switch selection {
                case .field(let field): field.walk(&visitor)
                case .fragmentSpread(let spread): spread.walk(&visitor)
                case .inlineFragment(let fragment): fragment.walk(&visitor)
                }
            if !goesOn { return false }
        }
        return true
    }
}

extension Field {
    @inlinable func walk(_ visitor: inout some DocumentVisitor) -> Bool {
        switch visitor.enter(self) {
        case .skip: return true
        case .stop: return false
        case .descend: break
        }
        guard arguments.walk(&visitor), directives.walk(&visitor), selectionSet?.walk(&visitor) ?? true else {
            return false
        }
        visitor.leave(self)
        return true
    }
}

extension FragmentSpread {
    @inlinable func walk(_ visitor: inout some DocumentVisitor) -> Bool {
        switch visitor.enter(self) {
        case .skip: return true
        case .stop: return false
        case .descend: break
        }
        guard directives.walk(&visitor) else { return false }
        visitor.leave(self)
        return true
    }
}

extension InlineFragment {
    @inlinable func walk(_ visitor: inout some DocumentVisitor) -> Bool {
        switch visitor.enter(self) {
        case .skip: return true
        case .stop: return false
        case .descend: break
        }
        guard directives.walk(&visitor), selectionSet.walk(&visitor) else { return false }
        visitor.leave(self)
        return true
    }
}

extension [Directive] {
    @inlinable func walk(_ visitor: inout some DocumentVisitor) -> Bool {
        for directive in self {
            switch visitor.enter(directive) {
            case .skip: continue
            case .stop: return false
            case .descend: break
            }
            guard directive.arguments.walk(&visitor) else { return false }
            visitor.leave(directive)
        }
        return true
    }
}

extension [Argument] {
    @inlinable func walk(_ visitor: inout some DocumentVisitor) -> Bool {
        for argument in self {
            switch visitor.enter(argument) {
            case .skip: continue
            case .stop: return false
            case .descend: break
            }
            guard argument.value.walk(&visitor) else { return false }
            visitor.leave(argument)
        }
        return true
    }
}

extension Value {
    /// Whether the visitor did not stop.
    @inlinable @discardableResult public func walk(_ visitor: inout some DocumentVisitor) -> Bool {
        switch visitor.enter(self) {
        case .skip: return true
        case .stop: return false
        case .descend: break
        }
        switch self {
        case .list(let values, _):
            for value in values where !value.walk(&visitor) { return false }
        case .object(let fields, _):
            for field in fields where !field.value.walk(&visitor) { return false }
        case .variable, .int, .float, .string, .boolean, .null, .enumValue:
            break
        }
        visitor.leave(self)
        return true
    }
}
