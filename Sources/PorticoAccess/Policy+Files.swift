import ExactText

extension Policy {
    /// The files of tenants, in no order: those in force, and those that were invalid from the
    /// start, whose tenants are not served.
    package var tenantFiles: [(tenant: ExactString, bytes: [UInt8], isUnserved: Bool)] {
        tenantTable.tenants.map { ($0.key, $0.value.bytes, false) }
            + tenantTable.unavailable.map { ($0.key, $0.value.text.source.bytes, true) }
    }

    /// The tenants of the most frequent distinct files, all of them if there are at most `limit`
    /// such files, and the number of remaining tenants.
    package func tenants(ofDistinctFiles limit: Int) -> (tenants: [ExactString], left: Int) {
        var groups: [UInt64: [ExactString]] = [:]
        for (tenant, text) in tenantTable.tenants { groups[text.id, default: []].append(tenant) }
        let chosen = groups.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }.prefix(limit).flatMap(
            \.value)
        return (chosen.sorted(), tenantTable.count - chosen.count)
    }
}
