// OpenSSL 3, and what of it is a macro that Swift cannot see.
#ifndef PORTICO_OPENSSL_SHIM_H
#define PORTICO_OPENSSL_SHIM_H

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

/// A peer may not start a handshake anew within a session, nor compress; the server's order of ciphers counts, but who prefers ChaCha20 gets it. A TCP stream
/// that ends without a close_notify ends like one with it: HTTP messages carry their own lengths.
static inline void portico_tls_set_server_options(SSL_CTX *context) {
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA | SSL_OP_IGNORE_UNEXPECTED_EOF);
}

/// Every session is made by a whole handshake.
static inline void portico_tls_forbid_resumption(SSL_CTX *context) {
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(context, 0);
}

/// A name as RFC 4514 writes it, in UTF-8: `CN=partner,O=Agency`.
static inline int portico_tls_print_name(BIO *out, const X509_NAME *name) {
    return X509_NAME_print_ex(out, name, 0, XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB);
}

#endif
