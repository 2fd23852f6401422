//! The verdict, against certificates made for each reason and each combination that matters.

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, date_time_ymd,
};

use super::super::config::provider;
use super::*;

const NOW: u64 = 1_780_000_000; // 2026-05-28

struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    fn new(name: &str) -> Authority {
        Authority {
            issuer: CertifiedIssuer::self_signed(
                authority_params(name),
                KeyPair::generate().unwrap(),
            )
            .unwrap(),
        }
    }

    fn der(&self) -> CertificateDer<'static> {
        self.issuer.der().clone()
    }

    fn issue(&self, params: CertificateParams) -> CertificateDer<'static> {
        params
            .signed_by(&KeyPair::generate().unwrap(), &self.issuer)
            .unwrap()
            .der()
            .clone()
    }
}

fn authority_params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

fn leaf(name: &str) -> CertificateParams {
    CertificateParams::new([name.to_owned()]).unwrap()
}

fn expired(mut params: CertificateParams) -> CertificateParams {
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2021, 1, 1);
    params
}

fn self_signed(params: CertificateParams) -> CertificateDer<'static> {
    params
        .self_signed(&KeyPair::generate().unwrap())
        .unwrap()
        .der()
        .clone()
}

fn verdict(
    roots: &[&CertificateDer<'static>],
    leaf: &CertificateDer<'static>,
    between: &[CertificateDer<'static>],
) -> u32 {
    verdict_for("good.test", roots, leaf, between)
}

fn verdict_for(
    name: &str,
    roots: &[&CertificateDer<'static>],
    leaf: &CertificateDer<'static>,
    between: &[CertificateDer<'static>],
) -> u32 {
    let roots = Roots::new(roots.iter().map(|root| (*root).clone()));
    let name = ServerName::try_from(name.to_owned()).unwrap();
    judge(
        &roots,
        &provider().signature_verification_algorithms,
        leaf,
        between,
        &name,
        at(NOW),
    )
    .bits()
}

#[test]
fn a_chain_to_a_trusted_root_is_accepted() {
    let authority = Authority::new("root");
    let certificate = authority.issue(leaf("good.test"));
    assert_eq!(verdict(&[&authority.der()], &certificate, &[]), 0);
    assert_eq!(
        verdict_for("GOOD.test", &[&authority.der()], &certificate, &[]),
        0
    );
}

/// Statements: facts 14.11; behaviour 18.108
#[test]
fn f14_11_bc108_each_reason_has_its_bit_and_they_combine() {
    let authority = Authority::new("root");
    let root = authority.der();
    let other = Authority::new("other").der();
    let good = authority.issue(leaf("good.test"));
    let wrong_name = authority.issue(leaf("bad.test"));
    let old = authority.issue(expired(leaf("good.test")));
    assert_eq!(verdict(&[&other], &good, &[]), 0x8);
    assert_eq!(verdict(&[], &good, &[]), 0x8);
    assert_eq!(verdict(&[&root], &wrong_name, &[]), 0x10);
    assert_eq!(verdict(&[&root], &old, &[]), 0x20);
    assert_eq!(verdict(&[&other], &wrong_name, &[]), 0x18);
    assert_eq!(verdict(&[&other], &old, &[]), 0x28);
    assert_eq!(
        verdict(&[&root], &authority.issue(expired(leaf("bad.test"))), &[]),
        0x30
    );
    let mut mail = leaf("good.test");
    mail.extended_key_usages = vec![ExtendedKeyUsagePurpose::EmailProtection];
    assert_eq!(verdict(&[&root], &authority.issue(mail.clone()), &[]), 0x40);
    assert_eq!(
        verdict(&[&other], &authority.issue(expired(mail)), &[]),
        0x68
    );
}

/// Statements: behaviour 18.108
#[test]
fn bc108_expired_self_signed_for_another_host_is_0x38() {
    assert_eq!(
        verdict(&[], &self_signed(expired(leaf("bad.test"))), &[]),
        0x38
    );
    // The same from a tool that marks every self-signed certificate as an authority.
    let mut marked = expired(leaf("bad.test"));
    marked.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    assert_eq!(verdict(&[], &self_signed(marked), &[]), 0x38);
}

#[test]
fn not_yet_valid_is_a_matter_of_dates() {
    let authority = Authority::new("root");
    let mut params = leaf("good.test");
    params.not_before = date_time_ymd(2040, 1, 1);
    params.not_after = date_time_ymd(2041, 1, 1);
    assert_eq!(
        verdict(&[&authority.der()], &authority.issue(params), &[]),
        0x20
    );
}

#[test]
fn a_leaf_in_the_trusted_set_is_trusted_also_when_it_calls_itself_an_authority() {
    let plain = self_signed(leaf("good.test"));
    assert_eq!(verdict(&[&plain], &plain, &[]), 0);
    let mut marked = leaf("good.test");
    marked.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let marked = self_signed(marked);
    assert_eq!(verdict(&[&marked], &marked, &[]), 0);
    // Trust says nothing about names and dates.
    let old = self_signed(expired(leaf("bad.test")));
    assert_eq!(verdict(&[&old], &old, &[]), 0x30);
    // The same name is not the same certificate.
    assert_eq!(
        verdict(&[&self_signed(leaf("good.test"))], &plain, &[]),
        0x8
    );
}

#[test]
fn intermediates_are_used_and_judged() {
    let root = Authority::new("root");
    let key = KeyPair::generate().unwrap();
    let build = |params: CertificateParams| {
        let middle = params.signed_by(&key, &root.issuer).unwrap().der().clone();
        let issuer = Issuer::from_params(&params, &key);
        let certificate = leaf("good.test")
            .signed_by(&KeyPair::generate().unwrap(), &issuer)
            .unwrap()
            .der()
            .clone();
        (certificate, middle)
    };
    let (certificate, middle) = build(authority_params("middle"));
    assert_eq!(
        verdict(&[&root.der()], &certificate, std::slice::from_ref(&middle)),
        0
    );
    assert_eq!(verdict(&[&root.der()], &certificate, &[]), 0x8);
    assert_eq!(
        verdict(&[&Authority::new("root").der()], &certificate, &[middle]),
        0x8
    );
    // An expired issuer: dates only, when the chain is otherwise whole. (The leaf's dates start in 1975.)
    let (certificate, middle) = build(expired(authority_params("middle")));
    assert_eq!(
        verdict(&[&root.der()], &certificate, std::slice::from_ref(&middle)),
        0x20
    );
    assert_eq!(verdict(&[], &certificate, &[middle]), 0x28);
    // An issuer that may only issue for mail.
    let mut mail = authority_params("middle");
    mail.extended_key_usages = vec![ExtendedKeyUsagePurpose::EmailProtection];
    let (certificate, middle) = build(mail);
    assert_eq!(verdict(&[&root.der()], &certificate, &[middle]), 0x40);
}

#[test]
fn an_issuer_that_is_no_authority_proves_nothing() {
    let root = Authority::new("root");
    let key = KeyPair::generate().unwrap();
    let params = leaf("middle.test");
    let middle = params.signed_by(&key, &root.issuer).unwrap().der().clone();
    let issuer = Issuer::from_params(&params, &key);
    let certificate = leaf("good.test")
        .signed_by(&KeyPair::generate().unwrap(), &issuer)
        .unwrap()
        .der()
        .clone();
    assert_eq!(verdict(&[&root.der()], &certificate, &[middle]), 0x8);
}

#[test]
fn addresses_and_wildcards_are_names_too() {
    let authority = Authority::new("root");
    let roots = [&authority.der()];
    let certificate = authority
        .issue(CertificateParams::new(["127.0.0.1".to_owned(), "::1".to_owned()]).unwrap());
    assert_eq!(verdict_for("127.0.0.1", &roots, &certificate, &[]), 0);
    assert_eq!(verdict_for("::1", &roots, &certificate, &[]), 0);
    assert_eq!(verdict_for("127.0.0.2", &roots, &certificate, &[]), 0x10);
    let certificate = authority.issue(leaf("*.good.test"));
    assert_eq!(verdict_for("a.good.test", &roots, &certificate, &[]), 0);
    assert_eq!(
        verdict_for("a.b.good.test", &roots, &certificate, &[]),
        0x10
    );
    assert_eq!(verdict_for("good.test", &roots, &certificate, &[]), 0x10);
}

#[test]
fn cut_and_changed_certificates_are_refused_and_never_trusted() {
    let authority = Authority::new("root");
    let root = authority.der();
    let certificate = authority.issue(leaf("good.test"));
    for length in 0..certificate.len() {
        let cut = CertificateDer::from(certificate[..length].to_vec());
        assert_eq!(verdict(&[&root], &cut, &[]), 0x2, "cut at {length}");
    }
    let mut longer = certificate.to_vec();
    longer.push(0);
    assert_eq!(verdict(&[&root], &CertificateDer::from(longer), &[]), 0x2);
    for index in 0..certificate.len() {
        let mut changed = certificate.to_vec();
        changed[index] ^= 0x10;
        let reasons = verdict(&[&root], &CertificateDer::from(changed), &[]);
        assert_ne!(reasons & 0xa, 0, "changed at {index}: {reasons:#x}");
    }
}

#[test]
fn only_what_may_be_ignored_is_ignored() {
    let name = ServerName::try_from("good.test").unwrap();
    let algorithms = provider().signature_verification_algorithms;
    let verifier = |ignore| Verifier::new(Arc::new(Roots::new([])), ignore, algorithms);
    let certificate = self_signed(expired(leaf("bad.test")));
    let ask = |verifier: Verifier, certificate: &CertificateDer<'static>| {
        let mut observed = observe::Observed::default();
        let result = observe::observing(&mut observed, || {
            verifier
                .verify_server_cert(certificate, &[], &name, &[], at(NOW))
                .is_ok()
        });
        (result, observed.verdict.unwrap().bits())
    };
    assert_eq!(ask(verifier(CertErrors::NONE), &certificate), (false, 0x38));
    assert_eq!(
        ask(verifier(CertErrors::IGNORABLE), &certificate),
        (true, 0x38)
    );
    assert_eq!(
        ask(
            verifier(CertErrors::INVALID_CA | CertErrors::CN_INVALID),
            &certificate
        ),
        (false, 0x38)
    );
    let garbage = CertificateDer::from(vec![0x30, 0]);
    assert_eq!(
        ask(verifier(CertErrors::from_bits_truncate(u32::MAX)), &garbage),
        (false, 0x2)
    );
}
