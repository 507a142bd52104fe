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
extern const Entry fiber;
extern const Entry offload;
extern const Entry epoll_per_core;
extern const Entry asio_handlers;
extern const Entry asio_coroutine;
extern const Entry asio_pool;
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

// A model that is made of a library. Where that is not there, only the model's name is used.
#if CONCUR_HAS_LIBURING
#define CONCUR_LIBURING(model, family) of(model)
#else
#define CONCUR_LIBURING(model, family)                      \
    Line {                                                  \
        nullptr, { #model, family, "liburing", "LIBURING" } \
    }
#endif
#if CONCUR_HAS_BOOST_CONTEXT
#define CONCUR_BOOST_CONTEXT(model, family) of(model)
#else
#define CONCUR_BOOST_CONTEXT(model, family)                           \
    Line {                                                            \
        nullptr, { #model, family, "Boost.Context", "BOOST_CONTEXT" } \
    }
#endif
#if CONCUR_HAS_ASIO
#define CONCUR_ASIO(model, name, family) of(model)
#else
#define CONCUR_ASIO(model, name, family)          \
    Line {                                        \
        nullptr, { name, family, "Asio", "ASIO" } \
    }
#endif
#if CONCUR_HAS_LIBEVENT
#define CONCUR_LIBEVENT(model, family) of(model)
#else
#define CONCUR_LIBEVENT(model, family)                      \
    Line {                                                  \
        nullptr, { #model, family, "libevent", "LIBEVENT" } \
    }
#endif
#if CONCUR_HAS_LIBEV
#define CONCUR_LIBEV(model, family) of(model)
#else
#define CONCUR_LIBEV(model, family)                   \
    Line {                                            \
        nullptr, { #model, family, "libev", "LIBEV" } \
    }
#endif
#if CONCUR_HAS_ONETBB
#define CONCUR_ONETBB(model, family) of(model)
#else
#define CONCUR_ONETBB(model, family)                    \
    Line {                                              \
        nullptr, { #model, family, "oneTBB", "ONETBB" } \
    }
#endif

constexpr std::array lines{
    of(serial),
    of(thread_per_task),
    of(thread_pool),
    CONCUR_ONETBB(work_stealing, Family::threads),
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
    CONCUR_BOOST_CONTEXT(fiber, Family::fibers),
    of(offload),
    of(epoll_per_core),
    of(prefork_epoll),
    of(process_thread_coroutine),
    CONCUR_ASIO(asio_handlers, "asio", Family::libraries),
    CONCUR_ASIO(asio_coroutine, "asio_coroutine", Family::libraries),
    CONCUR_ASIO(asio_pool, "asio_pool", Family::libraries),
    CONCUR_LIBEVENT(libevent, Family::libraries),
    CONCUR_LIBEV(libev, Family::libraries),
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

}  // namespace

namespace {

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
