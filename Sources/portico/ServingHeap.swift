import CSocketShim
import Glibc

/// How the heap of a process that serves keeps memory between requests.
///
/// Left to itself glibc gives what an answer of some hundred kilobytes has taken back to the system
/// as soon as it is sent, and the next such request pays for every page of it again; after a very
/// large answer it keeps up to 64 MiB for ever. Numbers of our own end both.
enum ServingHeap {
    /// Free bytes at the end of a loop's heap that stay with it.
    private static let kept: Int32 = 4 << 20
    /// Bytes of a block from which on it is mapped by itself, and given back when it is freed.
    private static let mapped: Int32 = 2 << 20

    /// Before the loops' threads are started.
    static func prepare() {
        mallopt(M_TRIM_THRESHOLD, kept)
        mallopt(M_MMAP_THRESHOLD, mapped)
    }
}
