#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <coroutine>
#include <thread>
#include <vector>

#include "bench/native/bare_tasks.h"
#include "sys/check.h"
#include "sys/unique_fd.h"

namespace bench {
namespace {

struct Parked {
    struct promise_type {
        Parked get_return_object() noexcept { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
        static std::suspend_never initial_suspend() noexcept { return {}; }
        static std::suspend_never final_suspend() noexcept { return {}; }
        static void return_void() noexcept {}
        static void unhandled_exception() noexcept { std::terminate(); }
    };
    std::coroutine_handle<> handle;
};

Parked park_one(std::size_t index, const Ended& ended) {
    co_await std::suspend_always{};
    ended(index);
}

}  // namespace

void ParkCoroutines::run(std::size_t tasks, const Ended& ended) {
    std::vector<std::coroutine_handle<>> parked;
    parked.reserve(tasks);
    try {
        for (std::size_t index = 0; index < tasks; ++index) parked.push_back(park_one(index, ended).handle);
    } catch (...) {
        for (const std::coroutine_handle<> one : parked) one.destroy();
        throw;
    }
    for (const std::coroutine_handle<> one : parked) one.resume();
}

void ParkThreads::run(std::size_t tasks, const Ended& ended) {
    std::atomic<bool> released{false};
    std::vector<std::jthread> threads;
    threads.reserve(tasks);
    const auto release = [&] {
        released.store(true);
        released.notify_all();
    };
    try {
        for (std::size_t index = 0; index < tasks; ++index) {
            threads.emplace_back([&released, &ended, index] {
                released.wait(false);
                ended(index);
            });
        }
    } catch (...) {
        release();
        throw;
    }
    release();
    for (std::jthread& thread : threads) thread.join();
}

namespace {

// Child processes. Each reads from one pipe, and ends when nothing has the pipe's write end open any more. The
// destructor waits for all that are left.
struct Children {
    std::vector<pid_t> pids;
    std::size_t reaped = 0;

    // The exit status of the next child; -1 if waitpid fails.
    int next_status() noexcept {
        int status = 0;
        pid_t got = 0;
        do got = ::waitpid(pids[reaped], &status, 0);
        while (got == -1 && errno == EINTR);
        ++reaped;
        return got == -1 ? -1 : status;
    }
    ~Children() {
        while (reaped < pids.size()) static_cast<void>(next_status());
    }
};

[[noreturn]] void wait_for_the_end_of(int pipe) {
    char nothing = 0;
    ssize_t got = 0;
    do got = ::read(pipe, &nothing, 1);
    while (got == -1 && errno == EINTR);
    ::_exit(got == 0 ? 0 : 1);
}

}  // namespace

void ParkProcesses::run(std::size_t tasks, const Ended& ended) {
    std::array<int, 2> ends{};
    sys::check(::pipe(ends.data()), "pipe");
    const sys::UniqueFd released{ends[0]};
    Children children;
    children.pids.reserve(tasks);
    {
        sys::UniqueFd held{ends[1]};
        for (std::size_t index = 0; index < tasks; ++index) {
            const pid_t child = sys::check(::fork(), "fork");
            if (child == 0) {
                held.reset();
                wait_for_the_end_of(released.get());
            }
            children.pids.push_back(child);
        }
    }
    for (std::size_t index = 0; index < tasks; ++index) {
        if (const int status = children.next_status(); status == 0) ended(index);
    }
}

}  // namespace bench
