import PorticoAccess

/// The viewer of a request, and its rules.
package struct Access {
    package var viewer: Viewer
    package var rules: CompiledPolicy
}
