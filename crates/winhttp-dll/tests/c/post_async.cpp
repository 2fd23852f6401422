// Posts in an asynchronous session, with classes around handles and a virtual function for each notification.
//
//     post_async URL PIECES
//
// Sends PIECES pieces of 1000 bytes, one after the completion of the other. Prints status and body of the response; or the
// error, and ends with 1.
#include <windows.h>
#include <winhttp.h>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

class WinHttpError : public std::runtime_error {
public:
    explicit WinHttpError(const char *function, DWORD code = GetLastError())
        : std::runtime_error("error " + std::to_string(code) + " in " + function), m_code(code)
    {
    }
    DWORD Code() const
    {
        return m_code;
    }

private:
    DWORD m_code;
};

class InternetHandle {
public:
    InternetHandle() = default;
    InternetHandle(const char *function, HINTERNET handle) : m_handle(handle)
    {
        if (handle == nullptr) {
            throw WinHttpError(function);
        }
    }
    InternetHandle(InternetHandle &&other) noexcept : m_handle(std::exchange(other.m_handle, nullptr))
    {
    }
    InternetHandle &operator=(InternetHandle &&other) noexcept
    {
        std::swap(m_handle, other.m_handle);
        return *this;
    }
    ~InternetHandle()
    {
        if (m_handle != nullptr) {
            WinHttpCloseHandle(m_handle);
        }
    }
    HINTERNET Get() const
    {
        return m_handle;
    }

private:
    HINTERNET m_handle = nullptr;
};

class Event {
public:
    Event() : m_event(CreateEventW(nullptr, TRUE, FALSE, nullptr))
    {
        if (m_event == nullptr) {
            throw WinHttpError("CreateEvent");
        }
    }
    Event(const Event &) = delete;
    Event &operator=(const Event &) = delete;
    ~Event()
    {
        CloseHandle(m_event);
    }
    void Set()
    {
        SetEvent(m_event);
    }
    void Wait() const
    {
        WaitForSingleObject(m_event, INFINITE);
    }

private:
    HANDLE m_event;
};

// An asynchronous request. Lives until HANDLE_CLOSING, for which its destructor waits.
class Request {
public:
    Request(HINTERNET connect, LPCWSTR verb, LPCWSTR path, DWORD flags)
        : m_handle("WinHttpOpenRequest", WinHttpOpenRequest(connect, verb, path, nullptr, WINHTTP_NO_REFERER,
                                                            WINHTTP_DEFAULT_ACCEPT_TYPES, flags))
    {
        DWORD_PTR context = reinterpret_cast<DWORD_PTR>(this);
        if (!WinHttpSetOption(m_handle.Get(), WINHTTP_OPTION_CONTEXT_VALUE, &context, sizeof(context))) {
            throw WinHttpError("WinHttpSetOption");
        }
        if (WinHttpSetStatusCallback(m_handle.Get(), &Request::Callback, WINHTTP_CALLBACK_FLAG_ALL_NOTIFICATIONS, 0) ==
            WINHTTP_INVALID_STATUS_CALLBACK) {
            throw WinHttpError("WinHttpSetStatusCallback");
        }
        m_listening = true;
    }
    Request(const Request &) = delete;
    Request &operator=(const Request &) = delete;
    virtual ~Request()
    {
        Close();
    }

protected:
    HINTERNET Handle() const
    {
        return m_handle.Get();
    }
    // To be called by the most derived class's destructor: after it no virtual function is called.
    void Close()
    {
        if (m_listening) {
            m_handle = InternetHandle();
            m_closed.Wait();
            m_listening = false;
        }
    }
    virtual void OnSendRequestComplete() = 0;
    virtual void OnWriteComplete(DWORD written) = 0;
    virtual void OnHeadersAvailable() = 0;
    virtual void OnReadComplete(const char *data, DWORD size) = 0;
    virtual void OnError(DWORD_PTR api, DWORD error) = 0;

private:
    static void CALLBACK Callback(HINTERNET, DWORD_PTR context, DWORD status, LPVOID info, DWORD size)
    {
        Request *self = reinterpret_cast<Request *>(context);
        switch (status) {
        case WINHTTP_CALLBACK_STATUS_SENDREQUEST_COMPLETE:
            self->OnSendRequestComplete();
            break;
        case WINHTTP_CALLBACK_STATUS_WRITE_COMPLETE:
            self->OnWriteComplete(*static_cast<DWORD *>(info));
            break;
        case WINHTTP_CALLBACK_STATUS_HEADERS_AVAILABLE:
            self->OnHeadersAvailable();
            break;
        case WINHTTP_CALLBACK_STATUS_READ_COMPLETE:
            self->OnReadComplete(static_cast<const char *>(info), size);
            break;
        case WINHTTP_CALLBACK_STATUS_REQUEST_ERROR: {
            const auto *result = static_cast<const WINHTTP_ASYNC_RESULT *>(info);
            self->OnError(result->dwResult, result->dwError);
            break;
        }
        case WINHTTP_CALLBACK_STATUS_HANDLE_CLOSING:
            self->m_closed.Set();
            break;
        default:
            break;
        }
    }

    Event m_closed; // outlives the handle
    bool m_listening = false;
    InternetHandle m_handle;
};

class Upload final : public Request {
public:
    Upload(HINTERNET connect, LPCWSTR path, DWORD flags, DWORD pieces)
        : Request(connect, L"POST", path, flags), m_pieces(pieces), m_piece(1000)
    {
    }
    ~Upload() override
    {
        Close();
    }
    // Waits until all is done.
    const std::string &Run()
    {
        if (!WinHttpSendRequest(Handle(), L"X-Pieces: yes", static_cast<DWORD>(-1), WINHTTP_NO_REQUEST_DATA, 0,
                                m_pieces * static_cast<DWORD>(m_piece.size()), reinterpret_cast<DWORD_PTR>(static_cast<Request *>(this)))) {
            throw WinHttpError("WinHttpSendRequest");
        }
        m_done.Wait();
        if (m_error != nullptr) {
            throw WinHttpError(*m_error);
        }
        return m_body;
    }
    DWORD Status() const
    {
        return m_status;
    }

protected:
    void OnSendRequestComplete() override
    {
        WriteMore();
    }
    void OnWriteComplete(DWORD written) override
    {
        if (written != m_piece.size()) {
            Fail("WRITE_COMPLETE", ERROR_INVALID_PARAMETER);
            return;
        }
        m_sent++;
        WriteMore();
    }
    void OnHeadersAvailable() override
    {
        DWORD size = sizeof(m_status);
        if (!WinHttpQueryHeaders(Handle(), WINHTTP_QUERY_STATUS_CODE | WINHTTP_QUERY_FLAG_NUMBER,
                                 WINHTTP_HEADER_NAME_BY_INDEX, &m_status, &size, WINHTTP_NO_HEADER_INDEX)) {
            Fail("WinHttpQueryHeaders", GetLastError());
            return;
        }
        Read();
    }
    void OnReadComplete(const char *data, DWORD size) override
    {
        if (size == 0) {
            m_done.Set();
            return;
        }
        m_body.append(data, size);
        Read();
    }
    void OnError(DWORD_PTR api, DWORD error) override
    {
        static const char *const names[] = {"?", "WinHttpReceiveResponse", "WinHttpQueryDataAvailable",
                                            "WinHttpReadData", "WinHttpWriteData", "WinHttpSendRequest"};
        Fail(names[api < 6 ? api : 0], error);
    }

private:
    void WriteMore()
    {
        if (m_sent == m_pieces) {
            if (!WinHttpReceiveResponse(Handle(), nullptr)) {
                Fail("WinHttpReceiveResponse", GetLastError());
            }
            return;
        }
        m_piece.assign(m_piece.size(), static_cast<char>('a' + m_sent % 26));
        if (!WinHttpWriteData(Handle(), m_piece.data(), static_cast<DWORD>(m_piece.size()), nullptr)) {
            Fail("WinHttpWriteData", GetLastError());
        }
    }
    void Read()
    {
        if (!WinHttpReadData(Handle(), m_buffer, sizeof(m_buffer), nullptr)) {
            Fail("WinHttpReadData", GetLastError());
        }
    }
    void Fail(const char *function, DWORD code)
    {
        m_error = std::make_unique<WinHttpError>(function, code);
        m_done.Set();
    }

    DWORD m_pieces;
    DWORD m_sent = 0;
    std::vector<char> m_piece;
    char m_buffer[512];
    DWORD m_status = 0;
    std::string m_body;
    std::unique_ptr<WinHttpError> m_error;
    Event m_done;
};

static void Run(LPCWSTR url, DWORD pieces)
{
    URL_COMPONENTS parts = {};
    parts.dwStructSize = sizeof(parts);
    parts.dwHostNameLength = static_cast<DWORD>(-1);
    parts.dwUrlPathLength = static_cast<DWORD>(-1);
    if (!WinHttpCrackUrl(url, 0, 0, &parts)) {
        throw WinHttpError("WinHttpCrackUrl");
    }
    std::vector<WCHAR> host(parts.lpszHostName, parts.lpszHostName + parts.dwHostNameLength);
    host.push_back(L'\0');
    InternetHandle session("WinHttpOpen",
                           WinHttpOpen(L"post_async/1.0", WINHTTP_ACCESS_TYPE_NO_PROXY, WINHTTP_NO_PROXY_NAME,
                                       WINHTTP_NO_PROXY_BYPASS, WINHTTP_FLAG_ASYNC));
    InternetHandle connect("WinHttpConnect", WinHttpConnect(session.Get(), host.data(), parts.nPort, 0));
    Upload upload(connect.Get(), parts.lpszUrlPath, parts.nScheme == INTERNET_SCHEME_HTTPS ? WINHTTP_FLAG_SECURE : 0,
                  pieces);
    const std::string &body = upload.Run();
    std::printf("%u %s\n", static_cast<unsigned>(upload.Status()), body.c_str());
}

int wmain(int argc, wchar_t **argv)
{
    if (argc != 3) {
        std::fprintf(stderr, "Usage: post_async URL PIECES\n");
        return 2;
    }
    try {
        Run(argv[1], static_cast<DWORD>(_wtoi(argv[2])));
    } catch (const std::exception &error) {
        std::printf("%s\n", error.what());
        return 1;
    }
    return 0;
}
