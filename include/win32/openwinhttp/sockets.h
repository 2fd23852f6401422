/*
 * Socket addresses under winsock2.h's names. The structures are the system's own, so that programs can pass them to its
 * functions: the numbers of address families (AF_INET6) are this system's, not those of Windows.
 */
#ifndef OPENWINHTTP_SOCKETS_H
#define OPENWINHTTP_SOCKETS_H

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "types.h"

#ifndef OPENWINHTTP_SOCKADDR_STORAGE
#define OPENWINHTTP_SOCKADDR_STORAGE
typedef struct sockaddr_storage SOCKADDR_STORAGE, *PSOCKADDR_STORAGE, *LPSOCKADDR_STORAGE;
#endif
typedef struct sockaddr SOCKADDR, *PSOCKADDR, *LPSOCKADDR;
typedef struct sockaddr_in SOCKADDR_IN, *PSOCKADDR_IN, *LPSOCKADDR_IN;
typedef struct sockaddr_in6 SOCKADDR_IN6, *PSOCKADDR_IN6, *LPSOCKADDR_IN6;
typedef struct in_addr IN_ADDR, *PIN_ADDR, *LPIN_ADDR;
typedef struct in6_addr IN6_ADDR, *PIN6_ADDR, *LPIN6_ADDR;
typedef sa_family_t ADDRESS_FAMILY;
typedef int SOCKET;
#define INVALID_SOCKET (-1)
#define SOCKET_ERROR (-1)
#define InetNtopA inet_ntop
#define InetPtonA inet_pton

/* mstcpip.h: what WINHTTP_OPTION_TCP_KEEPALIVE takes. */
struct tcp_keepalive {
    ULONG onoff;
    ULONG keepalivetime;     /* ms */
    ULONG keepaliveinterval; /* ms */
};

typedef struct WSAData {
    WORD wVersion;
    WORD wHighVersion;
} WSADATA, *LPWSADATA;

/* Nothing has to be started here. */
static inline int WSAStartup(WORD version, LPWSADATA data)
{
    if (data != NULL) {
        data->wVersion = version;
        data->wHighVersion = version;
    }
    return 0;
}

static inline int WSACleanup(void)
{
    return 0;
}

OPENWINHTTP_CHECK(sizeof(SOCKADDR_STORAGE) == 128);

#endif /* OPENWINHTTP_SOCKETS_H */
