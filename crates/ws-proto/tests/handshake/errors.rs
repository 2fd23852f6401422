//! Classes and texts of the errors.

use std::collections::HashSet;
use std::error::Error;
use ws_proto::handshake::{
    Field, HandshakeError, HandshakeErrorKind, ListFault, OfferError, ServerHandshakeError,
};

const FAULTS: [ListFault; 4] = [
    ListFault::TokenExpected,
    ListFault::CommaExpected,
    ListFault::BadQuotedValue,
    ListFault::EndsEarly,
];

#[test]
fn every_class_is_reached() {
    let format = [
        HandshakeError::MissingHeader(Field::Key),
        HandshakeError::DuplicateHeader(Field::Key),
        HandshakeError::TokenMissing(Field::Upgrade),
        HandshakeError::BadList {
            field: Field::Connection,
            fault: ListFault::EndsEarly,
            offset: 0,
        },
        HandshakeError::DuplicateElement(Field::Protocol),
        HandshakeError::TooManySubprotocols,
        HandshakeError::BadAccept,
        HandshakeError::BadKey,
        HandshakeError::BadVersion,
    ];
    for error in format {
        assert_eq!(error.kind(), HandshakeErrorKind::Format, "{error}");
    }
    assert_eq!(
        HandshakeError::VersionNotSupported.kind(),
        HandshakeErrorKind::VersionNotSupported
    );
    assert_eq!(
        HandshakeError::SubprotocolNotSupported.kind(),
        HandshakeErrorKind::SubprotocolNotSupported
    );
    assert_eq!(
        HandshakeError::ExtensionNotSupported.kind(),
        HandshakeErrorKind::ExtensionNotSupported
    );
}

#[test]
fn texts_differ_and_name_the_culprit() {
    let mut errors: Vec<Box<dyn Error>> = vec![
        Box::new(HandshakeError::MissingHeader(Field::Accept)),
        Box::new(HandshakeError::DuplicateHeader(Field::Accept)),
        Box::new(HandshakeError::TokenMissing(Field::Connection)),
        Box::new(HandshakeError::TokenMissing(Field::Upgrade)),
        Box::new(HandshakeError::DuplicateElement(Field::Protocol)),
        Box::new(HandshakeError::TooManySubprotocols),
        Box::new(HandshakeError::BadAccept),
        Box::new(HandshakeError::BadKey),
        Box::new(HandshakeError::BadVersion),
        Box::new(HandshakeError::VersionNotSupported),
        Box::new(HandshakeError::SubprotocolNotSupported),
        Box::new(HandshakeError::ExtensionNotSupported),
        Box::new(OfferError::BadSubprotocol {
            index: 3,
            offset: 4,
        }),
        Box::new(OfferError::DuplicateSubprotocol { index: 3 }),
        Box::new(OfferError::DuplicateExtension { index: 3 }),
        Box::new(OfferError::NoHeaders),
    ];
    for fault in FAULTS {
        errors.push(Box::new(OfferError::BadExtension {
            index: 3,
            fault,
            offset: 4,
        }));
        let field = Field::Extensions;
        errors.push(Box::new(HandshakeError::BadList {
            field,
            fault,
            offset: 4,
        }));
    }
    let count = errors.len();
    let texts: HashSet<String> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(texts.len(), count);
    assert!(texts.contains("the Connection header lacks \"upgrade\""));
    assert!(texts.contains(
        "the Sec-WebSocket-Extensions header is malformed: a comma is expected at byte 4"
    ));
}

#[test]
fn a_servers_error_reads_like_its_cause() {
    let error = ServerHandshakeError::from(HandshakeError::BadKey);
    assert_eq!(error.to_string(), HandshakeError::BadKey.to_string());
    let error = ServerHandshakeError::from(OfferError::NoHeaders);
    assert_eq!(error.to_string(), OfferError::NoHeaders.to_string());
}
