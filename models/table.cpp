#include "models/table.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>
#include <vector>

#include "tasks/lookup.h"

namespace models {

// Each stands in the file of its name.
extern const Entry serial;
extern const Entry thread_per_task;
extern const Entry thread_pool;
extern const Entry work_stealing;
extern const Entry process_per_task;
extern const Entry process_pool;
extern const Entry coroutine;
extern const Entry coroutine_uring;
extern const Entry nonblocking;
extern const Entry select;
extern const Entry poll;
extern const Entry epoll;
extern const Entry epoll_et;
extern const Entry io_uring;
extern const Entry io_uring_tuned;
extern const Entry fiber;
extern const Entry boost_fiber;
extern const Entry offload;
extern const Entry epoll_per_core;
extern const Entry asio_handlers;
extern const Entry asio_coroutine;
extern const Entry asio_pool;
extern const Entry libuv;
extern const Entry libevent;
extern const Entry libev;
extern const Entry prefork_epoll;
extern const Entry process_thread_coroutine;

namespace {

// A line of the table: a model, or why this build has it not.
struct Line {
    const Entry* entry;
    Absent absent;
    // Asked by name: under UndefinedBehaviorSanitizer to compare an address is no constant expression.
    [[nodiscard]] constexpr bool present() const { return absent.name.empty(); }
};

constexpr Line of(const Entry& entry) { return {&entry, {}}; }

// A model that is made of an optional library: CONCUR_HAS_<LIB> says whether this build has it. Where it has not, the
// model's object is not named, since nobody has made it.
#define CONCUR_LINE_1(object, ...) of(object)
#define CONCUR_LINE_0(object, ...)      \
    Line {                              \
        nullptr, Absent { __VA_ARGS__ } \
    }
#define CONCUR_LINE(has, ...) CONCUR_LINE_##has(__VA_ARGS__)
#define CONCUR_IF(has, ...) CONCUR_LINE(has, __VA_ARGS__)
#define CONCUR_LIBURING(model, family) CONCUR_IF(CONCUR_HAS_LIBURING, model, #model, family, "liburing", "LIBURING")
#define CONCUR_ASIO(object, name, family) CONCUR_IF(CONCUR_HAS_ASIO, object, name, family, "Asio", "ASIO")

constexpr std::array lines{
    of(serial),
    of(thread_per_task),
    of(thread_pool),
    CONCUR_IF(CONCUR_HAS_ONETBB, work_stealing, "work_stealing", Family::threads, "oneTBB", "ONETBB"),
    of(process_per_task),
    of(process_pool),
    of(coroutine),
    CONCUR_LIBURING(coroutine_uring, Family::coroutines),
    of(nonblocking),
    of(select),
    of(poll),
    of(epoll),
    of(epoll_et),
    CONCUR_LIBURING(io_uring, Family::completion),
    CONCUR_LIBURING(io_uring_tuned, Family::completion),
    CONCUR_IF(CONCUR_HAS_BOOST_CONTEXT, fiber, "fiber", Family::fibers, "Boost.Context", "BOOST_CONTEXT"),
    CONCUR_IF(CONCUR_HAS_BOOST_FIBER, boost_fiber, "boost_fiber", Family::fibers, "Boost.Fiber", "BOOST_FIBER"),
    of(offload),
    of(epoll_per_core),
    of(prefork_epoll),
    of(process_thread_coroutine),
    CONCUR_ASIO(asio_handlers, "asio", Family::libraries),
    CONCUR_ASIO(asio_coroutine, "asio_coroutine", Family::libraries),
    CONCUR_ASIO(asio_pool, "asio_pool", Family::libraries),
    CONCUR_IF(CONCUR_HAS_LIBUV, libuv, "libuv", Family::libraries, "libuv", "LIBUV"),
    CONCUR_IF(CONCUR_HAS_LIBEVENT, libevent, "libevent", Family::libraries, "libevent", "LIBEVENT"),
    CONCUR_IF(CONCUR_HAS_LIBEV, libev, "libev", Family::libraries, "libev", "LIBEV"),
};

constexpr std::size_t present =
    static_cast<std::size_t>(std::ranges::count_if(lines, [](const Line& line) { return line.present(); }));

constexpr auto entries = [] {
    std::array<const Entry*, present> found{};
    std::size_t next = 0;
    for (const Line& line : lines) {
        if (line.present()) found[next++] = line.entry;
    }
    return found;
}();

constexpr auto missing = [] {
    std::array<Absent, lines.size() - present> found{};
    std::size_t next = 0;
    for (const Line& line : lines) {
        if (!line.present()) found[next++] = line.absent;
    }
    return found;
}();

std::vector<const Entry*>& whole_table() {
    static std::vector<const Entry*> table(entries.begin(), entries.end());
    return table;
}

}  // namespace

std::span<const Entry* const> table() noexcept { return whole_table(); }

void add_model(const Entry& entry) { whole_table().push_back(&entry); }

std::span<const Absent> absent() noexcept { return missing; }

const Entry& find(std::string_view name) {
    for (const Absent& one : missing) {
        if (one.name != name) continue;
        throw AbsentModel{"model '" + std::string{name} + "' needs " + std::string{one.library} +
                          ", which this build has not: install it and configure with -DCONCUR_WITH_" +
                          std::string{one.option} + "=ON"};
    }
    return tasks::find_named(table(), name, "model");
}

}  // namespace models
