#define _GNU_SOURCE
#include "CSocketShim.h"

// The kernel's own header: the C library's knows less of struct tcp_info.
#include <linux/tcp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

int portico_accept(int listener) { return accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC); }

void portico_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

int64_t portico_tcp_bytes_read(int socket) {
    struct tcp_info info;
    socklen_t size = sizeof info;
    int waiting = 0;
    if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return -1;
    if (size < offsetof(struct tcp_info, tcpi_bytes_received) + sizeof info.tcpi_bytes_received) return -1;
    if (ioctl(socket, FIONREAD, &waiting) != 0) return -1;
    return (int64_t)info.tcpi_bytes_received - waiting;
}
