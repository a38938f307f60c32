import CSocketShim
import Glibc

/// How the heap of a serving process keeps memory between requests.
///
/// By default glibc returns the memory of an answer of some hundred kilobytes to the system as soon
/// as it is sent, so that the next such request faults every page again; after a very large answer
/// it keeps up to 64 MiB forever. Fixed thresholds avoid both.
enum ServingHeap {
    /// Free bytes kept at the end of a loop's heap.
    private static let kept: Int32 = 4 << 20
    /// Bytes from which a block is mapped by itself, and unmapped when freed.
    private static let mapped: Int32 = 2 << 20

    /// Call before the loops' threads are started.
    static func prepare() {
        mallopt(M_TRIM_THRESHOLD, kept)
        mallopt(M_MMAP_THRESHOLD, mapped)
    }
}
