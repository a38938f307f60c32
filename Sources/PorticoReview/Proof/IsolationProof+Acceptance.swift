import Diagnostics
import PorticoAccess

extension IsolationProof {
    /// Refuses rules that are not proven: what is asked at the start, and of every change of files
    /// before it comes into force.
    ///
    /// Where only files of tenants have changed there is nothing to prove: they narrow what the
    /// roles' proof holds for.
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
