// Counts what a thread takes from the heap. The test bundle is one executable, so that its malloc and its like are those of every library in the process: of
// Swift's runtime and of libpq too.
#ifndef PORTICO_TEST_ALLOCATIONS_H
#define PORTICO_TEST_ALLOCATIONS_H

#include <stdbool.h>
#include <stdint.h>

/// What the calling thread took since it began to count. A block that had to move or grow counts as one more.
typedef struct {
    /// Blocks that our own code and Swift's runtime took.
    uint64_t own;
    /// Blocks that libpq took: it keeps a result in blocks of some kilobytes, so that their number follows the bytes of the answer.
    uint64_t libpq;
} portico_allocations;

/// False where something else must stand in malloc's place, as a sanitizer does.
bool portico_allocations_are_counted(void);

/// Begins to count on the calling thread, from zero.
void portico_allocations_begin(void);

/// Ends it.
portico_allocations portico_allocations_end(void);

#endif
