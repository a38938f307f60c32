#define _GNU_SOURCE
#include "CSocketShim.h"

#include <pthread.h>
#include <linux/sockios.h>
#include <string.h>
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
