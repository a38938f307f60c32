import Diagnostics
import PorticoAccess
import PorticoReview

extension ServerState {
    /// What new rules have to pass while the server runs, as they had to when it started: the
    /// settings that name roles, and the proof.
    var ruleAcceptance: PolicyAcceptance {
        let configuration = configuration
        return { candidate throws(Diagnostics) in
            if candidate.former == nil || candidate.tenants == nil {
                let roles = candidate.policy.roleText.name
                let problems =
                    configuration.problems(candidate.policy)
                    + configuration.documents.only.problems(roles: candidate.policy.roles)
                // The settings are as they were when the server started; what does not fit to them
                // is wrong with the rules.
                guard problems.isEmpty else {
                    throw Diagnostics(
                        problems.map { Diagnostic($0.message, file: roles, hint: "\($0.file) names the role.") })
                }
            }
            try IsolationProof(catalog: candidate.policy.catalog, isBesideRequests: true).accept(candidate)
        }
    }
}
