import Diagnostics
import PorticoAccess

extension IsolationProof {
    /// Refuses unproven rules, at the start and before every change of files takes effect.
    ///
    /// Changes of tenants' files need no proof: they only narrow the proven rules of their roles.
    public func accept(_ candidate: PolicyCandidate) throws(Diagnostics) {
        if candidate.former != nil, candidate.tenants != nil { return }
        let report = prove(candidate.policy, isBrief: true)
        guard !report.isProven else { return }
        throw Diagnostics(
            report.failures().map { failure in
                let sentence = failure.split(separator: "\n").first.map(String.init) ?? failure
                return Diagnostic(
                    sentence, file: candidate.policy.roleText.name,
                    hint: "`portico access prove` shows a query and a row.")
            })
    }
}
