import GraphQLSchema
import PorticoAccess
import PorticoCatalog
import PostgresSQL

extension RowAccess {
    /// One operator on one column. Every form is total: it never raises an error.
    func comparison(
        _ binding: ColumnBinding, _ row: RowReference, _ comparison: Comparison, _ operand: PlanOperand,
        draft: inout StatementDraft
    ) throws(ClientError) -> Expression {
        let column = operand.isIdentity ? row.identity(binding) : row.column(binding), type = binding.type
        func parameter(_ form: ValueForm) throws(ClientError) -> Expression {
            if form.use != .value, case .stated(.constant(.string(let text))) = operand,
                let problem = TextUseLimit.problem(text.utf8.count, rules.limits)
            {
                throw problem
            }
            do {
                // The inferred type for a varchar column (text[]) does not fit a varchar[] column
                // that shares the parameter, so it is given explicitly.
                return draft.parameter(
                    try operand.source(form), type: form.isList && form.column == .varchar ? 1015 : 0)
            } catch {
                throw ClientError(.badInput, error.message)
            }
        }
        func value() throws(ClientError) -> Expression {
            if type == .bool, let flag = operand.flag { return .boolean(flag) }
            return try parameter(ValueForm(type))
        }
        func text() -> Expression { binding.searched(column) }
        /// Text to search for. `citext` folds both sides, like its equality.
        func folded(_ value: Expression) -> Expression { type == .citext ? .call(.lower, [value]) : value }
        func part() throws(ClientError) -> Expression { folded(try parameter(ValueForm(.text, use: .part))) }

        switch comparison {
        // The value is not null and never negated (``Condition/negation``): indexes serve only `=`.
        case .eq, .notDistinctFrom: return .binary(column, .equal, try value())
        case .distinctFrom: return .binary(column, .isDistinctFrom, try value())
        case .ne: return .binary(column, .notEqual, try value())
        case .lt: return .binary(column, .less, try value())
        case .lte: return .binary(column, .lessOrEqual, try value())
        case .gt: return .binary(column, .greater, try value())
        case .gte: return .binary(column, .greaterOrEqual, try value())
        case .in: return .equalsAny(column, try parameter(ValueForm(type, isList: true)))
        case .notIn: return .differsFromAll(column, try parameter(ValueForm(type, isList: true)))
        case .isNull: return operand.flag == false ? .isNotNull(column) : .isNull(column)
        case .contains:
            if case .jsonb = type { return .binary(column, .contains, try value()) }
            return .binary(.call(.strpos, [folded(text()), try part()]), .greater, .integer(0))
        case .startsWith: return .call(.startsWith, [folded(text()), try part()])
        case .endsWith:
            let suffix = try part()
            return .binary(.call(.right, [folded(text()), .call(.length, [suffix])]), .equal, suffix)
        case .iContains:
            let part = try parameter(ValueForm(.text, use: .part))
            return .binary(.call(.strpos, [.call(.lower, [text()]), .call(.lower, [part])]), .greater, .integer(0))
        case .like:
            return .binary(text(), type == .citext ? .iLike : .like, try parameter(ValueForm(.text, use: .pattern)))
        case .iLike: return .binary(text(), .iLike, try parameter(ValueForm(.text, use: .pattern)))
        case .has: return .equalsAny(try parameter(ValueForm(Self.element(of: type))), column)
        case .hasAny: return .binary(column, .overlaps, try parameter(ValueForm(Self.element(of: type), isList: true)))
        case .hasAll: return .binary(column, .contains, try parameter(ValueForm(Self.element(of: type), isList: true)))
        case .isEmpty:
            return .binary(.call(.cardinality, [column]), operand.flag == false ? .greater : .equal, .integer(0))
        case .hasKey: return .binary(column, .hasKey, try parameter(ValueForm(.text)))
        }
    }

    private static func element(of type: ColumnType) -> ColumnType {
        if case .array(let element) = type { element } else { type }
    }
}

/// Guards against long patterns and substrings that are compared with every row.
public enum TextUseLimit {
    /// `nil` unless it is too long.
    public static func problem(_ bytes: Int, _ limits: RuleLimits) -> ClientError? {
        let limit = limits[.patternBytes]
        if bytes <= limit { return nil }
        return ClientError(
            limit: .patternBytes,
            "A pattern, or a text that is looked for in others, has at most \(limit) bytes here; this one has \(bytes)."
        )
    }
}
