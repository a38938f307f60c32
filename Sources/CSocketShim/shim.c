#define _GNU_SOURCE
#include "CSocketShim.h"

#include <pthread.h>
#include <stddef.h>
#include <sys/socket.h>

int portico_accept(int listener) { return accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC); }

void portico_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }
