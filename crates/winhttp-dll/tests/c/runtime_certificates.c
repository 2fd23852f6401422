/* Certificate contexts. Arguments: a certificate in PEM and its key in PEM. Prints what names it has, then "ok". */
#include <windows.h>
#include <wincrypt.h>
#include <schannel.h>
#include <stdio.h>

#undef NDEBUG
#include <assert.h>

int main(int argc, char **argv)
{
    PCCERT_CONTEXT context, copy;
    WCHAR name[100];
    char narrow[100];
    BYTE key[4] = {0x30, 0x82, 0xFF, 0xFF};
    SYSTEMTIME time;
    SecPkgContext_IssuerListInfoEx issuers = {NULL, 0};
    DWORD i, length;

    assert(argc == 3 && issuers.cIssuers == 0);
    context = openwinhttp_ClientCertificateFromPemFileA(argv[1], argv[2]);
    assert(context != NULL && (context->dwCertEncodingType & X509_ASN_ENCODING) != 0 && context->hCertStore == NULL);
    assert(openwinhttp_certificate_part(context, 0xFFFFFFFF, key, sizeof key) > sizeof key);
    assert(context->pCertInfo->dwVersion == CERT_V3 && context->pCertInfo->SerialNumber.cbData > 0);
    assert(FileTimeToSystemTime(&context->pCertInfo->NotBefore, &time));
    for (i = 0; i < context->pCertInfo->cExtension; i++) {
        assert(context->pCertInfo->rgExtension[i].pszObjId[0] == '2');
    }
    length = CertGetNameStringW(context, CERT_NAME_SIMPLE_DISPLAY_TYPE, 0, NULL, name, 100);
    assert(length == (DWORD)lstrlenW(name) + 1);
    length = CertGetNameStringA(context, CERT_NAME_RDN_TYPE, CERT_NAME_ISSUER_FLAG, NULL, narrow, 100);
    assert(length == strlen(narrow) + 1);
    puts(narrow);

    copy = CertDuplicateCertificateContext(context);
    assert(copy == context && CertFreeCertificateContext(context));
    context = CertCreateCertificateContext(X509_ASN_ENCODING | PKCS_7_ASN_ENCODING, copy->pbCertEncoded, copy->cbCertEncoded);
    assert(context != NULL && context != copy && context->cbCertEncoded == copy->cbCertEncoded);
    assert(openwinhttp_certificate_part(context, 0xFFFFFFFF, key, sizeof key) == 0);
    assert(CertFreeCertificateContext(copy) && CertFreeCertificateContext(context) && CertFreeCertificateContext(NULL));
    assert(CertCreateCertificateContext(X509_ASN_ENCODING, key, 4) == NULL && GetLastError() == (DWORD)CRYPT_E_ASN1_BADTAG);
    assert(openwinhttp_ClientCertificateFromPem("x", 1) == NULL && GetLastError() == (DWORD)CRYPT_E_NOT_FOUND);
    printf("ok\n");
    return 0;
}
