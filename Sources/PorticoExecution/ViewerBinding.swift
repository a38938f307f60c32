import GraphQLSchema
import PorticoAccess
import PorticoCatalog
import PorticoPlanning
import PostgresSQL

/// Binds parameters without a request: values that rules take from the viewer and the clock.
package struct ViewerBinding {
    let viewer: Viewer
    /// In PostgreSQL's text form.
    let now: [UInt8]

    package init(viewer: Viewer, now: [UInt8]) {
        self.viewer = viewer
        self.now = now
    }

    /// A source that only a request has becomes null, which no row's column equals. A viewer's
    /// value that one column cannot hold is missing for all columns.
    package func values(of sources: [ParameterSource]) -> [ParameterValue] {
        var values = sources.map(value)
        Self.closeOverMissing(sources, &values)
        return values
    }

    /// A viewer's value that one column cannot hold counts as missing in every condition of the
    /// statement: otherwise `not` and `none` would open what the rule closes.
    static func closeOverMissing(_ sources: [ParameterSource], _ values: inout [ParameterValue]) {
        for (position, source) in sources.enumerated() {
            guard case .viewer(let missing, _) = source, case .null = values[position] else { continue }
            for (other, source) in sources.enumerated() {
                if case .viewer(missing, _) = source { values[other] = .null }
            }
        }
    }

    func value(_ source: ParameterSource) -> ParameterValue {
        switch source {
        case .constant(let value), .rule(let value): value
        case .viewer(let value, let form): RequestBinding.value(value, of: viewer, form)
        case .tenant(let type):
            viewer.tenants.count == 1
                ? RequestBinding.encodeQuietly(.string(viewer.tenants[0]), ValueForm(type)) : .null
        case .tenants(let type): RequestBinding.tenants(of: viewer, type)
        case .now: .text(now)
        case .variable, .elements, .keys, .rowsLeft, .first, .offset, .rows, .cursor, .nodeKey: .null
        }
    }
}
