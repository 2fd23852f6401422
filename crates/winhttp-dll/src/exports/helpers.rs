//! WinHttpCrackUrl, WinHttpCreateUrl, the time functions, WinHttpCheckPlatform.
