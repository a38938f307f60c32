import Diagnostics
import PorticoAccess
import PorticoConfiguration
import PorticoProof
import PorticoReview

extension GatewayConfiguration {
    /// Checks new rules, at the start and later: the settings that name roles, and the proof.
    var policyAcceptance: PolicyAcceptance {
        { candidate throws(Diagnostics) in
            if candidate.former == nil || candidate.tenants == nil {
                let roles = candidate.policy.roleText.name
                let problems = self.problems(candidate.policy) + documents.only.problems(roles: candidate.policy.roles)
                // The settings are those of the start; rules that contradict them are wrong.
                guard problems.isEmpty else {
                    throw Diagnostics(
                        problems.map { Diagnostic($0.message, file: roles, hint: "\($0.file) names the role.") })
                }
            }
            try IsolationProof(catalog: candidate.policy.catalog, isBesideRequests: true).accept(candidate)
        }
    }
}
