import ExactText
import PorticoAccess

/// The rules in force: one immutable snapshot, replaced as a whole.
package protocol RulesSnapshot: AnyObject, Sendable {
    func rules(role: ExactString, tenant: ExactString?) -> RuleLookup
    func hasRole(_ role: ExactString) -> Bool
}

extension Policy: RulesSnapshot {}
