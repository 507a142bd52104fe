#pragma once

#include <gtest/gtest.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "sys/check.h"
#include "sys/unique_fd.h"
#include "workloads/workload.h"

namespace workloads {

// Plays the model of a task: the test reads the operation that the task asks for, and chooses its result.
class Script {
public:
    // Owns the task, and starts it.
    explicit Script(std::unique_ptr<tasks::Task> task) : task_{std::move(task)} { answer(0); }

    // Resumes the task with this result.
    void answer(std::int64_t result) { asked_ = task_->resume({result}); }
    // Performs a Compute as a model does.
    void compute() {
        (void)asked<tasks::Compute>();
        task_->compute();
        answer(0);
    }

    template <class Asked>
    [[nodiscard]] bool asks() const {
        return std::holds_alternative<Asked>(asked_);
    }
    // Throws std::bad_variant_access if the task asks for another operation, so that the test fails.
    template <class Asked>
    [[nodiscard]] Asked& asked() {
        return std::get<Asked>(asked_);
    }
    [[nodiscard]] std::unique_ptr<tasks::Task> take_spawned() { return std::move(asked<tasks::Spawn>().task); }

    // The bytes that the task asks to send.
    [[nodiscard]] std::string sent() {
        const auto bytes = asked<tasks::Send>().bytes;
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }
    // Answers a Send as if all bytes were sent, and returns them.
    std::string take_sent() {
        std::string text = sent();
        answer(static_cast<std::int64_t>(text.size()));
        return text;
    }
    // Answers a Receive with the beginning of `text`: as many bytes as fit, but not more than `most`. Returns the rest.
    std::string_view receive(std::string_view text, std::size_t most = std::string_view::npos) {
        const std::span<std::byte> into = asked<tasks::Receive>().into;
        const std::size_t size = std::min({into.size(), text.size(), most});
        if (size == 0) throw std::logic_error{"a receive of 0 bytes would be the end of the stream"};
        std::ranges::copy(std::as_bytes(std::span{text.substr(0, size)}), into.begin());
        answer(static_cast<std::int64_t>(size));
        return text.substr(size);
    }
    // Answers a Receive with the end of the stream.
    void receive_end() {
        (void)asked<tasks::Receive>();
        answer(0);
    }

private:
    std::unique_ptr<tasks::Task> task_;
    tasks::Operation asked_;
};

// Opens a descriptor that stands for a connection in tests that neither receive nor send. The caller owns it.
[[nodiscard]] inline int some_descriptor() { return sys::check(::eventfd(0, EFD_CLOEXEC), "eventfd"); }

// Lets an acceptor accept a connection, and returns the handler that it spawns.
[[nodiscard]] inline Script accept_one(Script& acceptor) {
    (void)acceptor.asked<tasks::Accept>();
    acceptor.answer(some_descriptor());
    Script handler{acceptor.take_spawned()};
    acceptor.answer(0);
    return handler;
}

// Runs the task again and again; in run number n, operation number n fails with the errno `error`, and answer(script,
// number) answers the operations before it. After the failure the task must finish with that error; it may announce an
// event first. A Compute cannot fail. Returns the number of operations of a run without a failure.
template <class MakeTask, class Answer>
int fail_each_step(MakeTask make_task, Answer answer, int error) {
    for (int failing = 0;; ++failing) {
        Script script{make_task()};
        for (int step = 0; step < failing; ++step) {
            if (script.asks<tasks::Finish>()) return step;
            answer(script, step);
        }
        if (script.asks<tasks::Finish>()) return failing;
        if (script.asks<tasks::Compute>()) continue;
        script.answer(-error);
        if (script.asks<tasks::Announce>()) script.answer(0);
        if (!script.asks<tasks::Finish>()) {
            ADD_FAILURE() << "the task goes on, but step " << failing << " failed";
            return failing;
        }
        EXPECT_EQ(script.asked<tasks::Finish>().error, -error) << "step " << failing;
    }
}

}  // namespace workloads
