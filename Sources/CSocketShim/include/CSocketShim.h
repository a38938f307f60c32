// What Swift's Glibc module leaves out, or shows in a form that Swift cannot call.
#ifndef PORTICO_SOCKET_SHIM_H
#define PORTICO_SOCKET_SHIM_H

#include <stdint.h>
#include <sys/types.h>
#include <sys/socket.h>
#include <malloc.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>

/// accept4 with SOCK_NONBLOCK and SOCK_CLOEXEC: the new socket's descriptor, or -1 with errno. The peer's address is
/// written to `peer`.
int portico_accept(int listener, struct sockaddr_storage *peer);

/// Bytes of a socket's sending side that its peer has not acknowledged; -1 where that is not known.
int portico_unsent(int socket);

/// Gives the calling thread a name of at most 15 bytes, as `top -H` shows it.
void portico_name_thread(const char *name);

/// Bytes that have been read from a TCP socket so far; -1 where it is none, or the kernel does not say.
int64_t portico_tcp_bytes_read(int socket);

#endif
