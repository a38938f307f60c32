#define _GNU_SOURCE
#include "TestAllocations.h"

#include <errno.h>
#include <link.h>
#include <stddef.h>
#include <string.h>

// In the bundle's own image, so that reaching it takes no memory.
static __thread struct {
    bool is_counting;
    portico_allocations counts;
} here;

static uintptr_t libpq_begin, libpq_end;

static int note_libpq(struct dl_phdr_info *image, size_t size, void *unused) {
    (void)size;
    (void)unused;
    if (!image->dlpi_name || !strstr(image->dlpi_name, "/libpq.so")) return 0;
    for (int i = 0; i < image->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &image->dlpi_phdr[i];
        if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_X)) continue;
        libpq_begin = image->dlpi_addr + segment->p_vaddr;
        libpq_end = libpq_begin + segment->p_memsz;
    }
    return 1;
}

// Before any thread is there that could count.
__attribute__((constructor)) static void find_libpq(void) { dl_iterate_phdr(note_libpq, NULL); }

void portico_allocations_begin(void) {
    here.counts = (portico_allocations){0, 0};
    here.is_counting = true;
}

portico_allocations portico_allocations_end(void) {
    here.is_counting = false;
    return here.counts;
}

#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || !defined(__GLIBC__)

bool portico_allocations_are_counted(void) { return false; }

#else

bool portico_allocations_are_counted(void) { return true; }

// glibc's own, under the names that stay when malloc is replaced.
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

static inline void count(void *caller) {
    if (!here.is_counting) return;
    uintptr_t address = (uintptr_t)caller;
    if (address >= libpq_begin && address < libpq_end) here.counts.libpq++; else here.counts.own++;
}

void *malloc(size_t size) {
    count(__builtin_return_address(0));
    return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
    count(__builtin_return_address(0));
    return __libc_calloc(number, size);
}

void *realloc(void *block, size_t size) {
    count(__builtin_return_address(0));
    return __libc_realloc(block, size);
}

void *memalign(size_t alignment, size_t size) {
    count(__builtin_return_address(0));
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    count(__builtin_return_address(0));
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **block, size_t alignment, size_t size) {
    count(__builtin_return_address(0));
    if (alignment % sizeof(void *) != 0 || (alignment & (alignment - 1)) != 0 || alignment == 0) return EINVAL;
    void *made = __libc_memalign(alignment, size);
    if (!made) return ENOMEM;
    *block = made;
    return 0;
}

void free(void *block) { __libc_free(block); }

#endif
