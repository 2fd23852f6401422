// How C++ programs for Windows are written: wrappers around handles, lambdas as thread routines, SAL. Prints "ok".
#ifndef UNICODE
#define UNICODE
#endif
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>
#include <synchapi.h>
#include <stdio.h>
#include <memory>
#include <vector>

#undef NDEBUG
#include <assert.h>

struct HandleCloser {
    void operator()(HANDLE handle) const
    {
        if (handle != nullptr && handle != INVALID_HANDLE_VALUE) {
            CloseHandle(handle);
        }
    }
};
using unique_handle = std::unique_ptr<void, HandleCloser>;

class Work {
public:
    explicit Work(_In_ LONG rounds) : m_rounds(rounds), m_event(CreateEventW(nullptr, FALSE, FALSE, nullptr))
    {
        InitializeCriticalSection(&m_section);
    }
    ~Work()
    {
        DeleteCriticalSection(&m_section);
    }
    static DWORD CALLBACK Run(LPVOID context)
    {
        return reinterpret_cast<Work *>(context)->Count();
    }
    _Must_inspect_result_ HANDLE Event() const
    {
        return m_event.get();
    }
    LONG Total() const
    {
        return m_total;
    }

private:
    DWORD Count()
    {
        for (LONG i = 0; i < m_rounds; i++) {
            EnterCriticalSection(&m_section);
            m_total++;
            LeaveCriticalSection(&m_section);
        }
        SetEvent(m_event.get());
        return ERROR_SUCCESS;
    }
    LONG m_rounds;
    LONG m_total = 0;
    unique_handle m_event;
    CRITICAL_SECTION m_section;
};

int main()
{
    Work work(1000);
    std::vector<unique_handle> owned;
    std::vector<HANDLE> threads;
    for (int i = 0; i < 4; i++) {
        owned.emplace_back(CreateThread(nullptr, 0, Work::Run, &work, 0, nullptr));
        threads.push_back(owned.back().get());
    }
    owned.emplace_back(CreateThread(
        nullptr, 0, [](LPVOID) -> DWORD { return GetCurrentThreadId(); }, nullptr, 0, nullptr));
    threads.push_back(owned.back().get());
    assert(WaitForSingleObject(work.Event(), INFINITE) == WAIT_OBJECT_0);
    assert(WaitForMultipleObjects(static_cast<DWORD>(threads.size()), threads.data(), TRUE, INFINITE) == WAIT_OBJECT_0);
    assert(work.Total() == 4000);

    WSADATA data;
    SOCKADDR_STORAGE storage = {};
    SOCKADDR_IN6 *six = reinterpret_cast<SOCKADDR_IN6 *>(&storage);
    assert(WSAStartup(MAKEWORD(2, 2), &data) == 0 && WSACleanup() == 0);
    six->sin6_family = AF_INET6;
    char text[INET6_ADDRSTRLEN];
    assert(InetNtopA(AF_INET6, &six->sin6_addr, text, sizeof text) != nullptr && storage.ss_family == AF_INET6);
    HRESULT result = HRESULT_FROM_WIN32(ERROR_INVALID_HANDLE);
    assert(FAILED(result) && HRESULT_CODE(result) == ERROR_INVALID_HANDLE);
    printf("ok\n");
    return 0;
}
