//! The grammar of list headers: tokens and extensions (RFC 9110 sections 5.6.1, 5.6.2 and 5.6.4, RFC 6455 section 9.1).

use super::ListFault;
use core::ops::Range;

/// What is wrong, and at which byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SyntaxError {
    pub(super) fault: ListFault,
    pub(super) offset: usize,
}

/// An extension with the text of its parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Extension<'a> {
    pub(super) name: &'a str,
    /// From the first parameter's name to the end of the last; empty if there are none.
    pub(super) parameters: &'a str,
}

/// Reads the elements of one value of a list header in turn, skipping empty ones.
pub(super) struct List<'a, F> {
    cursor: Cursor<'a>,
    element: F,
}

impl<'a, T, F> List<'a, F>
where
    F: FnMut(&mut Cursor<'a>) -> Result<T, SyntaxError>,
{
    pub(super) fn new(value: &'a [u8], element: F) -> Self {
        Self {
            cursor: Cursor::new(value),
            element,
        }
    }

    fn parse_next(&mut self) -> Result<Option<T>, SyntaxError> {
        self.cursor.skip_while(|byte| is_ows(byte) || byte == b',');
        if self.cursor.peek().is_none() {
            return Ok(None);
        }
        let element = (self.element)(&mut self.cursor)?;
        self.cursor.skip_ows();
        match self.cursor.peek() {
            None | Some(b',') => Ok(Some(element)),
            Some(_) => Err(self.cursor.error(ListFault::CommaExpected)),
        }
    }
}

/// Must not be asked again after an error.
impl<'a, T, F> Iterator for List<'a, F>
where
    F: FnMut(&mut Cursor<'a>) -> Result<T, SyntaxError>,
{
    type Item = Result<T, SyntaxError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.parse_next().transpose()
    }
}

/// A position in a text, with the productions of the grammar as methods.
pub(super) struct Cursor<'a> {
    text: &'a [u8],
    position: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self { text, position: 0 }
    }

    /// Fails unless the whole text has been read.
    pub(super) fn expect_end(&self) -> Result<(), SyntaxError> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.error(ListFault::CommaExpected)),
        }
    }

    /// All that has been read.
    pub(super) fn seen(&self) -> Result<&'a str, SyntaxError> {
        self.text(0..self.position)
    }

    /// `1*tchar`
    pub(super) fn token(&mut self) -> Result<&'a str, SyntaxError> {
        let start = self.position;
        self.skip_while(is_tchar);
        if self.position > start {
            self.text(start..self.position)
        } else {
            Err(self.error(match self.peek() {
                Some(_) => ListFault::TokenExpected,
                None => ListFault::EndsEarly,
            }))
        }
    }

    /// An element of `Upgrade`: `token ["/" token]` (RFC 9110 section 7.8).
    pub(super) fn protocol(&mut self) -> Result<&'a str, SyntaxError> {
        let start = self.position;
        self.token()?;
        if self.eat(b'/') {
            self.token()?;
        }
        self.text(start..self.position)
    }

    /// `token *( OWS ";" OWS parameter )`
    pub(super) fn extension(&mut self) -> Result<Extension<'a>, SyntaxError> {
        let name = self.token()?;
        let mut end = self.position;
        let mut parameters = end..end;
        self.skip_ows();
        while self.eat(b';') {
            self.skip_ows();
            if parameters.is_empty() {
                parameters.start = self.position;
            }
            self.parameter()?;
            end = self.position;
            parameters.end = end;
            self.skip_ows();
        }
        // White space after the element is not its own.
        self.position = end;
        let parameters = self.text(parameters)?;
        Ok(Extension { name, parameters })
    }

    /// `token [ OWS "=" OWS ( token / quoted-string ) ]`, where the quoted string stands for a token.
    fn parameter(&mut self) -> Result<(), SyntaxError> {
        self.token()?;
        let end = self.position;
        self.skip_ows();
        if !self.eat(b'=') {
            self.position = end;
            return Ok(());
        }
        self.skip_ows();
        if self.eat(b'"') {
            self.quoted_token()
        } else {
            self.token().map(|_| ())
        }
    }

    /// The rest of a quoted string after its opening quote. Unescaped it must be a token (RFC 6455 section 9.1).
    fn quoted_token(&mut self) -> Result<(), SyntaxError> {
        let start = self.position;
        loop {
            match self.peek() {
                Some(b'"') if self.position > start => break,
                Some(b'\\') => {
                    self.position += 1;
                    self.quoted_byte()?;
                }
                _ => self.quoted_byte()?,
            }
        }
        self.position += 1;
        Ok(())
    }

    fn quoted_byte(&mut self) -> Result<(), SyntaxError> {
        match self.peek() {
            Some(byte) if is_tchar(byte) => {
                self.position += 1;
                Ok(())
            }
            Some(_) => Err(self.error(ListFault::BadQuotedValue)),
            None => Err(self.error(ListFault::EndsEarly)),
        }
    }

    fn skip_ows(&mut self) {
        self.skip_while(is_ows);
    }

    fn skip_while(&mut self, belongs: impl Fn(u8) -> bool) {
        while self.peek().is_some_and(&belongs) {
            self.position += 1;
        }
    }

    fn eat(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.position += usize::from(there);
        there
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.position).copied()
    }

    /// Part of what has been read. It is ASCII, since nothing else has been let through.
    fn text(&self, range: Range<usize>) -> Result<&'a str, SyntaxError> {
        let offset = range.start;
        let bytes = self.text.get(range).unwrap_or_default();
        core::str::from_utf8(bytes).map_err(|_| SyntaxError {
            fault: ListFault::TokenExpected,
            offset,
        })
    }

    fn error(&self, fault: ListFault) -> SyntaxError {
        SyntaxError {
            fault,
            offset: self.position,
        }
    }
}

/// The text without spaces and tabs at its ends.
pub(super) fn trim(mut text: &[u8]) -> &[u8] {
    while let [first, rest @ ..] = text
        && is_ows(*first)
    {
        text = rest;
    }
    while let [rest @ .., last] = text
        && is_ows(*last)
    {
        text = rest;
    }
    text
}

/// Optional white space, RFC 9110 section 5.6.3.
fn is_ows(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// RFC 9110 section 5.6.2.
fn is_tchar(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn tokens(value: &[u8]) -> Result<Vec<&str>, SyntaxError> {
        List::new(value, Cursor::token).collect()
    }

    fn extensions(value: &[u8]) -> Result<Vec<(&str, &str)>, SyntaxError> {
        List::new(value, Cursor::extension)
            .map(|element| element.map(|found| (found.name, found.parameters)))
            .collect()
    }

    fn fault<T>(fault: ListFault, offset: usize) -> Result<T, SyntaxError> {
        Err(SyntaxError { fault, offset })
    }

    #[test]
    fn exactly_the_77_tchars_make_a_token() {
        let allowed: Vec<u8> = (0..=255)
            .filter(|byte| {
                tokens(&[*byte]) == Ok(Vec::from([core::str::from_utf8(&[*byte]).unwrap_or("?")]))
            })
            .collect();
        assert_eq!(allowed.len(), 77);
        for delimiter in b"\"(),/:;<=>?@[\\]{} \t\0\x7f\x80\xff" {
            assert!(!allowed.contains(delimiter), "{delimiter:#x}");
        }
    }

    #[test]
    fn empty_elements_are_skipped() {
        assert_eq!(tokens(b""), Ok(Vec::new()));
        assert_eq!(tokens(b" \t,, ,\t"), Ok(Vec::new()));
        assert_eq!(tokens(b",a ,\t, b,c,"), Ok(Vec::from(["a", "b", "c"])));
    }

    #[test]
    fn list_faults_tell_what_and_where() {
        assert_eq!(tokens(b"a b"), fault(ListFault::CommaExpected, 2));
        assert_eq!(tokens(b"a;b"), fault(ListFault::CommaExpected, 1));
        assert_eq!(tokens(b"a, @"), fault(ListFault::TokenExpected, 3));
        assert_eq!(tokens(b"a\0"), fault(ListFault::CommaExpected, 1));
        assert_eq!(tokens(b"\xc3\xa9"), fault(ListFault::TokenExpected, 0));
        assert_eq!(tokens(b"a\r\n b"), fault(ListFault::CommaExpected, 1));
    }

    #[test]
    fn upgrade_elements_may_carry_a_version() {
        let protocols: Result<Vec<_>, _> =
            List::new(b"HTTP/2.0, IRC/6.9 ,websocket", Cursor::protocol).collect();
        assert_eq!(
            protocols,
            Ok(Vec::from(["HTTP/2.0", "IRC/6.9", "websocket"]))
        );
        let protocols: Result<Vec<_>, _> = List::new(b"websocket/", Cursor::protocol).collect();
        assert_eq!(protocols, fault(ListFault::EndsEarly, 10));
        let protocols: Result<Vec<_>, _> = List::new(b"a/b/c", Cursor::protocol).collect();
        assert_eq!(protocols, fault(ListFault::CommaExpected, 3));
    }

    #[test]
    fn extensions_keep_their_parameters_text() {
        assert_eq!(extensions(b"foo"), Ok(Vec::from([("foo", "")])));
        assert_eq!(
            extensions(b"foo, bar; baz=2 ,x ;\ty ; z = \"10\" , last"),
            Ok(Vec::from([
                ("foo", ""),
                ("bar", "baz=2"),
                ("x", "y ; z = \"10\""),
                ("last", ""),
            ]))
        );
        assert_eq!(
            extensions(b"a; b=\"c\\d\""),
            Ok(Vec::from([("a", "b=\"c\\d\"")]))
        );
    }

    #[test]
    fn extension_faults_tell_what_and_where() {
        assert_eq!(extensions(b"foo;"), fault(ListFault::EndsEarly, 4));
        assert_eq!(extensions(b"foo; "), fault(ListFault::EndsEarly, 5));
        assert_eq!(extensions(b"foo;;a"), fault(ListFault::TokenExpected, 4));
        assert_eq!(extensions(b"foo;,a"), fault(ListFault::TokenExpected, 4));
        assert_eq!(extensions(b"foo; a="), fault(ListFault::EndsEarly, 7));
        assert_eq!(extensions(b"foo; a=,"), fault(ListFault::TokenExpected, 7));
        assert_eq!(
            extensions(b"foo; a=b c"),
            fault(ListFault::CommaExpected, 9)
        );
        assert_eq!(extensions(b"foo bar"), fault(ListFault::CommaExpected, 4));
        assert_eq!(extensions(b"foo=1"), fault(ListFault::CommaExpected, 3));
        assert_eq!(
            extensions(b"foo; a=\"\""),
            fault(ListFault::BadQuotedValue, 8)
        );
        assert_eq!(
            extensions(b"foo; a=\"b,c\""),
            fault(ListFault::BadQuotedValue, 9)
        );
        assert_eq!(
            extensions(b"foo; a=\"b\\\"\""),
            fault(ListFault::BadQuotedValue, 10)
        );
        assert_eq!(extensions(b"foo; a=\"b"), fault(ListFault::EndsEarly, 9));
        assert_eq!(extensions(b"foo; a=\"b\\"), fault(ListFault::EndsEarly, 10));
        assert_eq!(
            extensions(b"foo; a=\"b\"c"),
            fault(ListFault::CommaExpected, 10)
        );
    }

    #[test]
    fn trimming_takes_spaces_and_tabs_only() {
        assert_eq!(trim(b" \t a b\t "), b"a b");
        assert_eq!(trim(b" \t "), b"");
        assert_eq!(trim(b"\r\na\0"), b"\r\na\0");
    }
}
