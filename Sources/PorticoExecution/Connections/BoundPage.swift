import GraphQLSchema
import GraphQLValidation
import JSONBytes
import PorticoPlanning
import PostgresSQL

/// A plan's connection bound to one request: its page size, and what seals its cursors.
public struct BoundPage: Sendable {
    let size: Int
    /// Set if a cursor is given or selected.
    let box: (any CursorBox)?
    /// The content of the given cursors, in the keys' order.
    var after: [ParameterValue] = []
    var before: [ParameterValue] = []

    func values(_ side: CursorSide) -> [ParameterValue] {
        switch side {
        case .after: after
        case .before: before
        }
    }
}

extension RequestBinding {
    /// Binds the plan's connections to one request. Throws ``ClientError`` if a size exceeds its
    /// bound or a given cursor was not sealed for this use.
    public func pages(of plan: AuthorizedPlan) throws(ClientError) -> [BoundPage] {
        var bound: [BoundPage] = []
        var budget = ValueBudget(limits, allowance: allowance)
        for page in plan.pages { bound.append(try self.bound(page, &budget)) }
        return bound
    }

    private func bound(_ page: Page, _ budget: inout ValueBudget) throws(ClientError) -> BoundPage {
        let size: Int
        do {
            size = try page.size.value(variables, name: page.sizeName)
        } catch {
            throw error.placed(page.range, field: page.path)
        }
        let usesCursors = !page.cursorCells.isEmpty || page.after != nil || page.before != nil
        var bound = BoundPage(size: size, box: usesCursors ? cursors.box(for: try context(of: page, &budget)) : nil)
        if let box = bound.box {
            bound.after = try open(page.after, .after, page, box)
            bound.before = try open(page.before, .before, page, box)
        }
        return bound
    }

    // MARK: Cursors

    private func open(
        _ cursor: PlanOperand?, _ side: CursorSide, _ page: Page, _ box: any CursorBox
    ) throws(ClientError) -> [ParameterValue] {
        guard let cursor else { return [] }
        func refused(_ message: String) -> ClientError {
            ClientError(.badInput, "\"\(side.rawValue)\" \(message)", range: page.range, field: page.path)
        }
        guard case .string(let text)? = value(cursor) else { throw refused("is no cursor.") }
        guard text.utf8.count <= CursorLimits.characters else {
            throw refused("is no cursor: none has more than \(CursorLimits.characters) characters.")
        }
        let foreign =
            "is no cursor of this connection. A cursor works with the field, \"where\", \"orderBy\" and viewer that it came from: use the same, or begin without it."
        guard let sealed = decodeBase64URL(Array(text.utf8)), let content = box.open(sealed) else {
            throw refused(foreign)
        }
        switch CursorContent.decode(content, count: page.order.count) {
        case .values(let values)?: return values
        case .tooLong?:
            throw refused("stands at a row whose values are too long for a cursor. Order by shorter fields.")
        case nil: throw refused(foreign)
        }
    }

    /// What a cursor is bound to: its use, the filter's values in this request, and the viewer.
    private func context(of page: Page, _ budget: inout ValueBudget) throws(ClientError) -> [UInt8] {
        var bytes = page.use.structure
        for operand in page.use.operands {
            try budget.spend(byteCount(of: operand), page.range, page.path)
            append(value(operand), to: &bytes)
        }
        for text in [viewer.id, viewer.tenant] { append(text.map { InputValue.string($0.text) }, to: &bytes) }
        return bytes
    }

    private func byteCount(of operand: PlanOperand) -> Int {
        switch operand {
        case .stated(let value): byteCount(of: value)
        case .rule(let value): value.byteCount
        case .viewer, .now: 0
        }
    }

    /// An operand of a client's filter; `nil` for operands that only rules have.
    private func value(_ operand: PlanOperand) -> InputValue? {
        switch operand {
        case .stated(.list(let items)): .list(items.map { scalar($0) ?? .null })
        case .stated(let value): scalar(value)
        case .rule(let value): value
        case .viewer, .now: nil
        }
    }

    /// Each value with its kind, and with its length wherever it could run into the next.
    private func append(_ value: InputValue?, to bytes: inout [UInt8]) {
        func add(_ kind: Character, _ text: String) { bytes += Array("\(kind)\(text.utf8.count):\(text)".utf8) }
        switch value {
        case nil: add("-", "")
        case .null?: add("0", "")
        case .int(let number)?: add("i", String(number))
        case .float(let number)?: add("d", String(number.bitPattern))
        case .boolean(let flag)?: add("b", flag ? "t" : "f")
        case .string(let text)?: add("s", text)
        case .enumValue(let name)?: add("e", name)
        case .json(let text)?: add("j", text)
        case .list(let items)?:
            add("l", String(items.count))
            for item in items { append(item, to: &bytes) }
        case .object(let members)?:
            add("o", String(members.count))
            for member in members {
                add("m", member.name)
                append(member.value, to: &bytes)
            }
        }
    }
}
