/*
 * Certificates: what programs for winhttp.h take from wincrypt.h. There are no certificate stores; a client certificate
 * comes from PEM or PKCS #12, with the functions at the end, which are ours.
 */
#ifndef OPENWINHTTP_WINCRYPT_H
#define OPENWINHTTP_WINCRYPT_H

#include "runtime.h"
#include "sal.h"
#include "types.h"

#define CRYPT_ASN_ENCODING 0x00000001
#define X509_ASN_ENCODING 0x00000001
#define PKCS_7_ASN_ENCODING 0x00010000

#define CERT_NAME_EMAIL_TYPE 1
#define CERT_NAME_RDN_TYPE 2
#define CERT_NAME_ATTR_TYPE 3
#define CERT_NAME_SIMPLE_DISPLAY_TYPE 4
#define CERT_NAME_FRIENDLY_DISPLAY_TYPE 5
#define CERT_NAME_DNS_TYPE 6
#define CERT_NAME_ISSUER_FLAG 0x1
#define CERT_V1 0
#define CERT_V2 1
#define CERT_V3 2
#define szOID_COMMON_NAME "2.5.4.3"
#define szOID_ORGANIZATION_NAME "2.5.4.10"

typedef unsigned int ALG_ID;
#define CALG_RSA_SIGN 0x00002400
#define CALG_RSA_KEYX 0x0000A400
#define CALG_DH_EPHEM 0x0000AA02
#define CALG_ECDH 0x0000AA05
#define CALG_ECDH_EPHEM 0x0000AE06
#define CALG_AES_128 0x0000660E
#define CALG_AES_192 0x0000660F
#define CALG_AES_256 0x00006610
#define CALG_SHA1 0x00008004
#define CALG_SHA_256 0x0000800C
#define CALG_SHA_384 0x0000800D
#define CALG_SHA_512 0x0000800E

typedef void *HCERTSTORE;
typedef ULONG_PTR HCRYPTPROV;

typedef struct _CRYPTOAPI_BLOB {
    DWORD cbData;
    BYTE *pbData;
} CRYPT_INTEGER_BLOB, *PCRYPT_INTEGER_BLOB, CRYPT_OBJID_BLOB, *PCRYPT_OBJID_BLOB, CERT_NAME_BLOB, *PCERT_NAME_BLOB,
    CERT_BLOB, *PCERT_BLOB, CRYPT_DATA_BLOB, *PCRYPT_DATA_BLOB, CRYPT_HASH_BLOB, *PCRYPT_HASH_BLOB, DATA_BLOB,
    *PDATA_BLOB;

typedef struct _CRYPT_BIT_BLOB {
    DWORD cbData;
    BYTE *pbData;
    DWORD cUnusedBits;
} CRYPT_BIT_BLOB, *PCRYPT_BIT_BLOB;

typedef struct _CRYPT_ALGORITHM_IDENTIFIER {
    LPSTR pszObjId;
    CRYPT_OBJID_BLOB Parameters;
} CRYPT_ALGORITHM_IDENTIFIER, *PCRYPT_ALGORITHM_IDENTIFIER;

typedef struct _CERT_PUBLIC_KEY_INFO {
    CRYPT_ALGORITHM_IDENTIFIER Algorithm;
    CRYPT_BIT_BLOB PublicKey;
} CERT_PUBLIC_KEY_INFO, *PCERT_PUBLIC_KEY_INFO;

typedef struct _CERT_EXTENSION {
    LPSTR pszObjId;
    BOOL fCritical;
    CRYPT_OBJID_BLOB Value;
} CERT_EXTENSION, *PCERT_EXTENSION;

typedef struct _CERT_INFO {
    DWORD dwVersion;
    CRYPT_INTEGER_BLOB SerialNumber; /* least significant byte first */
    CRYPT_ALGORITHM_IDENTIFIER SignatureAlgorithm;
    CERT_NAME_BLOB Issuer;
    FILETIME NotBefore;
    FILETIME NotAfter;
    CERT_NAME_BLOB Subject;
    CERT_PUBLIC_KEY_INFO SubjectPublicKeyInfo;
    CRYPT_BIT_BLOB IssuerUniqueId;
    CRYPT_BIT_BLOB SubjectUniqueId;
    DWORD cExtension;
    PCERT_EXTENSION rgExtension;
} CERT_INFO, *PCERT_INFO;

typedef struct _CERT_CONTEXT {
    DWORD dwCertEncodingType;
    BYTE *pbCertEncoded; /* DER */
    DWORD cbCertEncoded;
    PCERT_INFO pCertInfo;
    HCERTSTORE hCertStore; /* NULL */
} CERT_CONTEXT, *PCERT_CONTEXT;
typedef const CERT_CONTEXT *PCCERT_CONTEXT;

typedef struct _CERT_TRUST_STATUS {
    DWORD dwErrorStatus;
    DWORD dwInfoStatus;
} CERT_TRUST_STATUS, *PCERT_TRUST_STATUS;

typedef struct _CERT_CHAIN_ELEMENT {
    DWORD cbSize;
    PCCERT_CONTEXT pCertContext;
    CERT_TRUST_STATUS TrustStatus;
    struct _CERT_REVOCATION_INFO *pRevocationInfo;
    struct _CTL_USAGE *pIssuanceUsage;
    struct _CTL_USAGE *pApplicationUsage;
    LPCWSTR pwszExtendedErrorInfo;
} CERT_CHAIN_ELEMENT, *PCERT_CHAIN_ELEMENT;
typedef const CERT_CHAIN_ELEMENT *PCCERT_CHAIN_ELEMENT;

typedef struct _CERT_SIMPLE_CHAIN {
    DWORD cbSize;
    CERT_TRUST_STATUS TrustStatus;
    DWORD cElement;
    PCERT_CHAIN_ELEMENT *rgpElement;
    struct _CERT_TRUST_LIST_INFO *pTrustListInfo;
    BOOL fHasRevocationFreshnessTime;
    DWORD dwRevocationFreshnessTime;
} CERT_SIMPLE_CHAIN, *PCERT_SIMPLE_CHAIN;
typedef const CERT_SIMPLE_CHAIN *PCCERT_SIMPLE_CHAIN;

typedef struct _CERT_CHAIN_CONTEXT CERT_CHAIN_CONTEXT, *PCERT_CHAIN_CONTEXT;
typedef const CERT_CHAIN_CONTEXT *PCCERT_CHAIN_CONTEXT;
struct _CERT_CHAIN_CONTEXT {
    DWORD cbSize;
    CERT_TRUST_STATUS TrustStatus;
    DWORD cChain;
    PCERT_SIMPLE_CHAIN *rgpChain;
    DWORD cLowerQualityChainContext;
    PCCERT_CHAIN_CONTEXT *rgpLowerQualityChainContext;
    BOOL fHasRevocationFreshnessTime;
    DWORD dwRevocationFreshnessTime;
    DWORD dwCreateFlags;
    GUID ChainId;
};

#ifdef __cplusplus
extern "C" {
#endif

/* A context with one reference, of a certificate in DER, which is copied. NULL if it is none. */
PCCERT_CONTEXT WINAPI CertCreateCertificateContext(_In_ DWORD dwCertEncodingType,
                                                   _In_reads_bytes_(cbCertEncoded) const BYTE *pbCertEncoded,
                                                   _In_ DWORD cbCertEncoded)
    OPENWINHTTP_SYMBOL(CertCreateCertificateContext);
PCCERT_CONTEXT WINAPI CertDuplicateCertificateContext(_In_opt_ PCCERT_CONTEXT pCertContext)
    OPENWINHTTP_SYMBOL(CertDuplicateCertificateContext);
BOOL WINAPI CertFreeCertificateContext(_In_opt_ PCCERT_CONTEXT pCertContext)
    OPENWINHTTP_SYMBOL(CertFreeCertificateContext);
/* The count includes the 0; 1: there is no such name. */
DWORD WINAPI CertGetNameStringW(_In_ PCCERT_CONTEXT pCertContext, _In_ DWORD dwType, _In_ DWORD dwFlags,
                                _In_opt_ void *pvTypePara, _Out_writes_to_opt_(cchNameString, return) LPWSTR pszNameString,
                                _In_ DWORD cchNameString) OPENWINHTTP_SYMBOL(CertGetNameStringW);
DWORD WINAPI CertGetNameStringA(_In_ PCCERT_CONTEXT pCertContext, _In_ DWORD dwType, _In_ DWORD dwFlags,
                                _In_opt_ void *pvTypePara, _Out_writes_to_opt_(cchNameString, return) LPSTR pszNameString,
                                _In_ DWORD cchNameString) OPENWINHTTP_SYMBOL(CertGetNameStringA);

/* ---- ours ---- */

/*
 * A client certificate for WINHTTP_OPTION_CLIENT_CERT_CONTEXT: the certificate, those of its issuers and the private key,
 * which must not be encrypted, from PEM. NULL, GetLastError: CRYPT_E_NOT_FOUND (no certificate), CRYPT_E_NO_KEY_PROPERTY
 * (no key), CRYPT_E_BAD_ENCODE, CRYPT_E_ASN1_BADTAG (broken), ERROR_NOT_SUPPORTED (encrypted), or why a file cannot be
 * read. CertFreeCertificateContext it.
 */
PCCERT_CONTEXT openwinhttp_ClientCertificateFromPem(_In_reads_bytes_(size) const void *text, _In_ SIZE_T size)
    OPENWINHTTP_SYMBOL(ClientCertificateFromPem);
/* From one file, or from two if the key is in another one. */
PCCERT_CONTEXT openwinhttp_ClientCertificateFromPemFileW(_In_ LPCWSTR certificate_file, _In_opt_ LPCWSTR key_file)
    OPENWINHTTP_SYMBOL(ClientCertificateFromPemFileW);
PCCERT_CONTEXT openwinhttp_ClientCertificateFromPemFileA(_In_ LPCSTR certificate_file, _In_opt_ LPCSTR key_file)
    OPENWINHTTP_SYMBOL(ClientCertificateFromPemFileA);
/*
 * The same from PKCS #12 (.p12, .pfx): in memory, or a file. The password may be NULL for none. Only libwinhttp has
 * these. GetLastError in addition: ERROR_INVALID_PASSWORD; ERROR_NOT_SUPPORTED is also for a file that is protected in a
 * way that is not known, and for a library that was built without PKCS #12.
 */
PCCERT_CONTEXT openwinhttp_ClientCertificateFromPkcs12(_In_reads_bytes_(size) const void *data, _In_ DWORD size,
                                                       _In_opt_ LPCWSTR password)
    OPENWINHTTP_SYMBOL(ClientCertificateFromPkcs12);
PCCERT_CONTEXT openwinhttp_ClientCertificateFromPkcs12FileW(_In_ LPCWSTR file, _In_opt_ LPCWSTR password)
    OPENWINHTTP_SYMBOL(ClientCertificateFromPkcs12FileW);
PCCERT_CONTEXT openwinhttp_ClientCertificateFromPkcs12FileA(_In_ LPCSTR file, _In_opt_ LPCSTR password)
    OPENWINHTTP_SYMBOL(ClientCertificateFromPkcs12FileA);
/* From DER: the certificate and after it those of its issuers; the key (PKCS #8, PKCS #1 or SEC 1) or NULL. */
PCCERT_CONTEXT openwinhttp_CreateCertificateContext(_In_reads_(count) const CRYPT_DATA_BLOB *chain, _In_ DWORD count,
                                                    _In_opt_ const CRYPT_DATA_BLOB *key)
    OPENWINHTTP_SYMBOL(CreateCertificateContext);
/* For the libraries among themselves: copies a certificate (0, 1, ...) or the private key (all ones). */
DWORD openwinhttp_certificate_part(_In_ PCCERT_CONTEXT context, _In_ DWORD part, _Out_ BYTE *output, _In_ DWORD room)
    OPENWINHTTP_SYMBOL(CertificatePart);

#ifdef __cplusplus
}
#endif

#ifdef UNICODE
#define CertGetNameString CertGetNameStringW
#define openwinhttp_ClientCertificateFromPemFile openwinhttp_ClientCertificateFromPemFileW
#define openwinhttp_ClientCertificateFromPkcs12File openwinhttp_ClientCertificateFromPkcs12FileW
#else
#define CertGetNameString CertGetNameStringA
#define openwinhttp_ClientCertificateFromPemFile openwinhttp_ClientCertificateFromPemFileA
#define openwinhttp_ClientCertificateFromPkcs12File openwinhttp_ClientCertificateFromPkcs12FileA
#endif

OPENWINHTTP_CHECK(sizeof(CERT_CONTEXT) == 5 * sizeof(void *));
OPENWINHTTP_CHECK(sizeof(CERT_INFO) == (sizeof(void *) == 8 ? 208 : 112));
OPENWINHTTP_CHECK(offsetof(CERT_INFO, Subject) == (sizeof(void *) == 8 ? 80 : 48));
OPENWINHTTP_CHECK(offsetof(CERT_INFO, rgExtension) == (sizeof(void *) == 8 ? 200 : 108));

#endif /* OPENWINHTTP_WINCRYPT_H */
