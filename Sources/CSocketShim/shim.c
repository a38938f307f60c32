#define _GNU_SOURCE
#include "CSocketShim.h"

// The kernel's own header: the C library's knows less of struct tcp_info.
#include <linux/tcp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <linux/sockios.h>
#include <string.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

int portico_accept(int listener, struct sockaddr_storage *peer) {
    socklen_t length = sizeof *peer;
    memset(peer, 0, sizeof *peer);
    return accept4(listener, (struct sockaddr *)peer, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int portico_unsent(int socket) {
    int bytes = 0;
    return ioctl(socket, SIOCOUTQ, &bytes) == 0 ? bytes : -1;
}

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
