// The contract of every model for sockets. The sockets come from Connect and Accept, since the model makes them
// blocking or non-blocking there.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <vector>

#include "jobs.h"
#include "sys/check.h"
#include "sys/limits.h"
#include "sys/shared_memory.h"
#include "sys/tcp.h"

namespace models {
namespace {

using tasks::Finish;
using tasks::Operation;
using tasks::Result;

class Sockets : public ModelTest {};
class SocketsOfTwo : public ModelTest {};
class HighDescriptors : public ModelTest {};

// Has both ends of a connection and sends a word back and forth. Each receive fills its buffer, so the next one, on the
// other socket, is tried at once.
class ChatTask final : public tasks::SteppedTask<ChatTask> {
public:
    explicit ChatTask(std::uint64_t rounds) : SteppedTask{&ChatTask::started}, rounds_left_{rounds} {}

private:
    Operation started(Result) {
        listener_ = sys::listen_on({}, 1);
        caller_ = sys::tcp_socket();
        return then(&ChatTask::connected, tasks::Connect{caller_.get(), sys::local_endpoint(listener_.get()).native()});
    }
    Operation connected(Result result) {
        if (result.value != 0) return fail(result);
        return then(&ChatTask::accepted, tasks::Accept{listener_.get()});
    }
    Operation accepted(Result result) {
        if (result.failed()) return fail(result);
        called_ = sys::UniqueFd{result.descriptor()};
        return ask();
    }
    Operation asked(Result result) {
        if (result.value != std::ssize(word_)) return fail(result);
        return then(&ChatTask::heard, tasks::Receive{called_.get(), heard_});
    }
    Operation heard(Result result) {
        if (result.value != std::ssize(word_) || heard_ != word_) return fail(result);
        return then(&ChatTask::answered, tasks::Send{called_.get(), heard_});
    }
    Operation answered(Result result) {
        if (result.value != std::ssize(word_)) return fail(result);
        heard_ = {};
        return then(&ChatTask::understood, tasks::Receive{caller_.get(), heard_});
    }
    Operation understood(Result result) {
        if (result.value != std::ssize(word_) || heard_ != word_) return fail(result);
        ++done_;
        word_[0] = static_cast<std::byte>(done_);
        return --rounds_left_ > 0 ? ask() : Finish{done_};
    }
    Operation ask() { return then(&ChatTask::asked, tasks::Send{caller_.get(), word_}); }
    static Operation fail(Result result) { return Finish{0, result.failed() ? result.error() : -EBADMSG}; }

    std::uint64_t rounds_left_;
    std::uint64_t done_ = 0;
    sys::UniqueFd listener_;
    sys::UniqueFd caller_;
    sys::UniqueFd called_;
    std::array<std::byte, 4> word_{std::byte{0}, std::byte{'a'}, std::byte{'b'}, std::byte{'c'}};
    std::array<std::byte, 4> heard_{};
};

TEST_P(Sockets, ATaskUsesTwoAtOnceAndLeavesNoneOpen) {
    Running running{entry(), 4, [](std::size_t) { return std::make_unique<ChatTask>(50); }};
    // In the first run a library may open descriptors that it keeps.
    running.run_and_expect([](std::size_t) { return 50; });
    const std::size_t open_before = sys::open_descriptors();
    for (int run = 0; run < 3; ++run) running.run_and_expect([](std::size_t) { return 50; });
    EXPECT_EQ(sys::open_descriptors(), open_before);
}

TEST_P(SocketsOfTwo, AYieldingTaskLetsSocketsGoOn) {
    const sys::Shared<std::atomic<bool>> over;
    Running running{entry(), 2, [&](std::size_t index) {
                        if (index == 0) {
                            return make_task([&](Result) -> Operation {
                                if (!over->load()) return tasks::Yield{};
                                return Finish{20};
                            });
                        }
                        auto chat = std::make_unique<ChatTask>(20);
                        return make_task([&, chat = std::move(chat)](Result result) -> Operation {
                            Operation next = chat->resume(result);
                            if (std::holds_alternative<Finish>(next)) over->store(true);
                            return next;
                        });
                    }};
    running.run_and_expect([](std::size_t) { return 20; });
}

constexpr std::size_t bulk_bytes = std::size_t{16} << 20;  // much more than the buffers of both sockets hold

std::vector<std::byte> make_bulk() {
    std::vector<std::byte> bytes(bulk_bytes);
    for (std::size_t i = 0; i < bulk_bytes; ++i) bytes[i] = static_cast<std::byte>(i * 31 + i / 1000);
    return bytes;
}

std::unique_ptr<tasks::Task> make_bulk_sender(sys::Endpoint receiver, std::span<const std::byte> bytes) {
    return make_task([receiver, bytes, socket = sys::UniqueFd{}, step = 0](Result result) mutable -> Operation {
        if (result.failed()) return Finish{0, result.error()};
        switch (step++) {
            case 0: socket = sys::tcp_socket(); return tasks::Connect{socket.get(), receiver.native()};
            case 1: return tasks::Send{socket.get(), bytes};
            default: return Finish{result.bytes()};
        }
    });
}

// Reads to the end of the stream. The digest is the number of correct bytes.
std::unique_ptr<tasks::Task> make_bulk_receiver(int listener, std::span<const std::byte> expected) {
    std::vector<std::byte> buffer(65'536);
    return make_task([listener, expected, buffer = std::move(buffer), socket = sys::UniqueFd{}, right = std::size_t{0},
                      step = 0](Result result) mutable -> Operation {
        if (result.failed()) return Finish{0, result.error()};
        switch (step++) {
            case 0: return tasks::Accept{listener};
            case 1: socket = sys::UniqueFd{result.descriptor()}; break;
            default:
                if (result.bytes() == 0) return Finish{right};
                if (result.bytes() > expected.size() - right) return Finish{right, -EMSGSIZE};
                if (std::memcmp(buffer.data(), &expected[right], result.bytes()) != 0) return Finish{right, -EBADMSG};
                right += result.bytes();
        }
        return tasks::Receive{socket.get(), buffer};
    });
}

TEST_P(SocketsOfTwo, CompletesAShortWrite) {
    const std::vector<std::byte> bytes = make_bulk();
    const sys::UniqueFd listener = sys::listen_on({}, 4);
    Running running{entry(), 2, [&](std::size_t index) {
                        return index == 0 ? make_bulk_receiver(listener.get(), bytes)
                                          : make_bulk_sender(sys::local_endpoint(listener.get()), bytes);
                    }};
    running.run_and_expect([](std::size_t) { return bulk_bytes; });
}

// Connects to itself and closes the other end at once, with a reset if `reset` is true.
template <class Then>
std::unique_ptr<tasks::Task> make_abandoned(bool reset, Then go_on) {
    return make_task(
        [=, listener = sys::UniqueFd{}, socket = sys::UniqueFd{}, step = 0](Result result) mutable -> Operation {
            if (step > 2) return go_on(socket.get(), result, step++);
            if (result.failed()) return Finish{0, result.error()};
            switch (step++) {
                case 0:
                    listener = sys::listen_on({}, 1);
                    socket = sys::tcp_socket();
                    return tasks::Connect{socket.get(), sys::local_endpoint(listener.get()).native()};
                case 1: return tasks::Accept{listener.get()};
                default: {
                    const sys::UniqueFd other{result.descriptor()};
                    const linger hard{1, 0};
                    if (reset) ::setsockopt(other.get(), SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
                }
            }
            return go_on(socket.get(), result, step++);
        });
}

TEST_P(Sockets, ReceiveSaysZeroAtTheEndOfTheStream) {
    Running running{entry(), 1, [](std::size_t) {
                        const auto buffer = std::make_shared<std::array<std::byte, 8>>();
                        return make_abandoned(false, [buffer](int socket, Result result, int step) -> Operation {
                            if (step == 3) return tasks::Receive{socket, *buffer};
                            return Finish{result.value == 0 ? 1U : 0U, result.error()};
                        });
                    }};
    running.run_and_expect([](std::size_t) { return 1; });
}

TEST_P(Sockets, ReceiveSaysWhyTheConnectionBroke) {
    Running running{entry(), 1, [](std::size_t) {
                        const auto buffer = std::make_shared<std::array<std::byte, 8>>();
                        return make_abandoned(true, [buffer](int socket, Result result, int step) -> Operation {
                            if (step == 3) return tasks::Receive{socket, *buffer};
                            return Finish{static_cast<std::uint64_t>(-result.value)};
                        });
                    }};
    running.run_and_expect([](std::size_t) { return ECONNRESET; });
}

TEST_P(Sockets, SendToAClosedPeerFailsWithoutASignal) {
    Running running{entry(), 1, [](std::size_t) {
                        static constexpr std::array<std::byte, 8> bytes{};
                        return make_abandoned(false, [](int socket, Result result, int step) -> Operation {
                            // The peer answers the first send with a reset, after which a later send fails.
                            if (!result.failed() && step < 1000) return tasks::Send{socket, bytes};
                            return Finish{static_cast<std::uint64_t>(-result.value)};
                        });
                    }};
    running.run_and_expect([](std::size_t) { return EPIPE; });
}

TEST_P(Sockets, ConnectSaysThatItWasRefused) {
    // Bound, so that no other program takes the port, but not listening.
    const sys::UniqueFd bound = sys::tcp_socket();
    const sockaddr_in any = sys::Endpoint{}.native();
    sys::check(::bind(bound.get(), reinterpret_cast<const sockaddr*>(&any), sizeof any), "bind");
    const sys::Endpoint nobody = sys::local_endpoint(bound.get());
    Running running{
        entry(), 3, [nobody](std::size_t) {
            return make_task([nobody, socket = sys::tcp_socket(), asked = false](Result result) mutable -> Operation {
                if (std::exchange(asked, true)) return Finish{static_cast<std::uint64_t>(-result.value)};
                return tasks::Connect{socket.get(), nobody.native()};
            });
        }};
    running.run_and_expect([](std::size_t) { return ECONNREFUSED; });
}

TEST_P(Sockets, AnImpossibleOperationEndsInAResult) {
    // On a socket that is not connected.
    Running running{entry(), 3, [](std::size_t index) {
                        return make_task([index, socket = sys::tcp_socket(), buffer = std::array<std::byte, 4>{},
                                          asked = false](Result result) mutable -> Operation {
                            if (std::exchange(asked, true)) return Finish{static_cast<std::uint64_t>(-result.value)};
                            if (index == 0) return tasks::Accept{socket.get()};
                            if (index == 1) return tasks::Receive{socket.get(), buffer};
                            return tasks::Send{socket.get(), buffer};
                        });
                    }};
    constexpr std::array expected{EINVAL, ENOTCONN, EPIPE};
    running.run_and_expect([&](std::size_t index) { return expected[index]; });
}

TEST_P(Sockets, SendOfNothingIsDoneAtOnce) {
    Running running{entry(), 1, [](std::size_t) {
                        return make_abandoned(false, [](int socket, Result result, int step) -> Operation {
                            if (step == 3) return tasks::Send{socket, {}};
                            return Finish{static_cast<std::uint64_t>(result.value + 1)};
                        });
                    }};
    running.run_and_expect([](std::size_t) { return 1; });
}

TEST_P(HighDescriptors, AreAcceptedOn) {
    if (sys::raise_descriptor_limit() <= FD_SETSIZE + 1) GTEST_SKIP() << "the limit on descriptors is too low";
    const sys::UniqueFd low = sys::listen_on({}, 1);
    const sys::UniqueFd listener = with_high_number(low);
    ASSERT_GE(listener.get(), FD_SETSIZE);
    const sys::UniqueFd client = sys::tcp_socket();
    const sockaddr_in address = sys::local_endpoint(low.get()).native();
    sys::check(::connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), "connect");
    Running running{entry(), 1, [&](std::size_t) {
                        return make_task([&, asked = false](Result result) mutable -> Operation {
                            if (!std::exchange(asked, true)) return tasks::Accept{listener.get()};
                            if (result.failed()) return Finish{0, result.error()};
                            return Finish{sys::UniqueFd{result.descriptor()} ? 1U : 0U};
                        });
                    }};
    running.run_and_expect([](std::size_t) { return 1; });
}

INSTANTIATE_TEST_SUITE_P(All, Sockets, every_model(), name_of);
INSTANTIATE_TEST_SUITE_P(All, HighDescriptors, models_that(takes_high_descriptors), name_of);
INSTANTIATE_TEST_SUITE_P(All, SocketsOfTwo, models_that(runs_two_at_once), name_of);

}  // namespace
}  // namespace models
