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

/// The names of a certificate's subjectAltName: how many, one of them with its kind (GEN_EMAIL, GEN_URI, GEN_DNS, else -1) and its bytes, which the list owns and which
/// may hold NUL, and the end of the list.
static inline int portico_tls_count_names(const GENERAL_NAMES *names) { return sk_GENERAL_NAME_num(names); }

static inline int portico_tls_name(const GENERAL_NAMES *names, int index, const unsigned char **bytes, int *count) {
    const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, index);
    if (!name || (name->type != GEN_EMAIL && name->type != GEN_URI && name->type != GEN_DNS)) return -1;
    *bytes = ASN1_STRING_get0_data(name->d.ia5);
    *count = ASN1_STRING_length(name->d.ia5);
    return name->type;
}

static inline void portico_tls_free_names(GENERAL_NAMES *names) { GENERAL_NAMES_free(names); }

#endif
