/// A worker's copy of a ``Published`` value: reading it costs one load while it is unchanged.
@usableFromInline package final class Latest<Value: Sendable> {
    @usableFromInline let source: Published<Value>
    @usableFromInline var version: Int
    @usableFromInline var value: Value

    package init(_ source: Published<Value>) {
        self.source = source
        version = source.version
        value = source.current
    }

    @inlinable package var current: Value {
        let version = source.version
        if version != self.version {
            // The version first: a value published in between is loaded once more.
            self.version = version
            value = source.current
        }
        return value
    }
}
