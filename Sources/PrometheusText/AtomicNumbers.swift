import CoreMetrics
import Synchronization

/// A monotonic integer counter.
final class AtomicCounter: CounterHandler {
    private let number = Atomic<Int64>(0)

    var value: Int64 { number.load(ordering: .relaxed) }

    func increment(by amount: Int64) {
        // A decreasing counter would look like a restart.
        if amount > 0 { number.wrappingAdd(amount, ordering: .relaxed) }
    }

    func reset() { number.store(0, ordering: .relaxed) }
}

/// A fractional number: a counter of seconds, or a gauge.
final class AtomicDouble: Sendable {
    private let bits = Atomic<UInt64>(0)

    var value: Double {
        get { Double(bitPattern: bits.load(ordering: .relaxed)) }
        set { bits.store(newValue.bitPattern, ordering: .relaxed) }
    }

    func add(_ amount: Double) {
        var old = bits.load(ordering: .relaxed)
        while true {
            let new = (Double(bitPattern: old) + amount).bitPattern
            let (exchanged, found) = bits.weakCompareExchange(expected: old, desired: new, ordering: .relaxed)
            if exchanged { return }
            old = found
        }
    }
}

/// A fractional counter, such as of seconds.
final class AtomicSum: FloatingPointCounterHandler {
    private let number = AtomicDouble()

    var value: Double { number.value }
    func increment(by amount: Double) { if amount > 0 { number.add(amount) } }
    func reset() { number.value = 0 }
}

final class AtomicGauge: MeterHandler, RecorderHandler {
    private let number = AtomicDouble()

    var value: Double { number.value }
    func set(_ value: Int64) { number.value = Double(value) }
    func set(_ value: Double) { number.value = value }
    func increment(by amount: Double) { number.add(amount) }
    func decrement(by amount: Double) { number.add(-amount) }
    func record(_ value: Int64) { set(value) }
    func record(_ value: Double) { set(value) }
}
