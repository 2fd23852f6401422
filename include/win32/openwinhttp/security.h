/* What sspi.h and schannel.h tell about secure connections, as far as options of winhttp.h speak of it. */
#ifndef OPENWINHTTP_SECURITY_H
#define OPENWINHTTP_SECURITY_H

#include "types.h"
#include "wincrypt.h"

#define SEC_ENTRY
#define UNISP_NAME_W OPENWINHTTP_WIDE("Microsoft Unified Security Protocol Provider")

#define SECPKG_ATTR_UNIQUE_BINDINGS 25
#define SECPKG_ATTR_ENDPOINT_BINDINGS 26
#define SECPKG_ATTR_ISSUER_LIST_EX 0x59
#define SECPKG_ATTR_CONNECTION_INFO 0x5A
#define SECPKG_ATTR_CIPHER_INFO 0x64

#define SP_PROT_SSL3_CLIENT 0x00000020
#define SP_PROT_TLS1_CLIENT 0x00000080
#define SP_PROT_TLS1_0_CLIENT SP_PROT_TLS1_CLIENT
#define SP_PROT_TLS1_1_CLIENT 0x00000200
#define SP_PROT_TLS1_2_CLIENT 0x00000800
#define SP_PROT_TLS1_3_CLIENT 0x00002000

#define SECPKGCONTEXT_CIPHERINFO_V1 1
#define SZ_ALG_MAX_SIZE 64

typedef struct _SecPkgContext_ConnectionInfo {
    DWORD dwProtocol; /* SP_PROT_..._CLIENT */
    ALG_ID aiCipher;
    DWORD dwCipherStrength; /* bits */
    ALG_ID aiHash;
    DWORD dwHashStrength;
    ALG_ID aiExch;
    DWORD dwExchStrength;
} SecPkgContext_ConnectionInfo, *PSecPkgContext_ConnectionInfo;

typedef struct _SecPkgContext_CipherInfo {
    DWORD dwVersion;
    DWORD dwProtocol; /* 0x0303 is TLS 1.2 */
    DWORD dwCipherSuite;
    DWORD dwBaseCipherSuite;
    WCHAR szCipherSuite[SZ_ALG_MAX_SIZE];
    WCHAR szCipher[SZ_ALG_MAX_SIZE];
    DWORD dwCipherLen;
    DWORD dwCipherBlockLen;
    WCHAR szHash[SZ_ALG_MAX_SIZE];
    DWORD dwHashLen;
    WCHAR szExchange[SZ_ALG_MAX_SIZE];
    DWORD dwMinExchangeLen;
    DWORD dwMaxExchangeLen;
    WCHAR szCertificate[SZ_ALG_MAX_SIZE];
    DWORD dwKeyType;
} SecPkgContext_CipherInfo, *PSecPkgContext_CipherInfo;

typedef struct _SecPkgContext_IssuerListInfoEx {
    PCERT_NAME_BLOB aIssuers;
    DWORD cIssuers;
} SecPkgContext_IssuerListInfoEx, *PSecPkgContext_IssuerListInfoEx;

typedef struct _SEC_CHANNEL_BINDINGS {
    ULONG dwInitiatorAddrType;
    ULONG cbInitiatorLength;
    ULONG dwInitiatorOffset;
    ULONG dwAcceptorAddrType;
    ULONG cbAcceptorLength;
    ULONG dwAcceptorOffset;
    ULONG cbApplicationDataLength;
    ULONG dwApplicationDataOffset; /* from the beginning of this structure */
} SEC_CHANNEL_BINDINGS, *PSEC_CHANNEL_BINDINGS;

typedef struct _SecPkgContext_Bindings {
    ULONG BindingsLength;
    SEC_CHANNEL_BINDINGS *Bindings;
} SecPkgContext_Bindings, *PSecPkgContext_Bindings;

OPENWINHTTP_CHECK(sizeof(SecPkgContext_ConnectionInfo) == 28);
OPENWINHTTP_CHECK(sizeof(SecPkgContext_CipherInfo) == 680);
OPENWINHTTP_CHECK(sizeof(SEC_CHANNEL_BINDINGS) == 32);
OPENWINHTTP_CHECK(sizeof(SecPkgContext_IssuerListInfoEx) == 2 * sizeof(void *));
OPENWINHTTP_CHECK(sizeof(SecPkgContext_Bindings) == 2 * sizeof(void *));

#endif /* OPENWINHTTP_SECURITY_H */
