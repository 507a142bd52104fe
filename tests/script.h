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

// A task without a model: the test sees what it asks for, and says how that ended.
class Script {
public:
    explicit Script(std::unique_ptr<tasks::Task> task) : task_{std::move(task)} { answer(0); }

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
    // Throws where it asks for something else: the test has then failed.
    template <class Asked>
    [[nodiscard]] Asked& asked() {
        return std::get<Asked>(asked_);
    }
    [[nodiscard]] std::unique_ptr<tasks::Task> take_spawned() { return std::move(asked<tasks::Spawn>().task); }

    // What it wants to send.
    [[nodiscard]] std::string sent() {
        const auto bytes = asked<tasks::Send>().bytes;
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }
    // Its Receive gets the front of `text`: as much as fits, and at most `most`. Returns the rest.
    std::string_view receive(std::string_view text, std::size_t most = std::string_view::npos) {
        const std::span<std::byte> into = asked<tasks::Receive>().into;
        const std::size_t size = std::min({into.size(), text.size(), most});
        if (size == 0) throw std::logic_error{"a receive of nothing"};
        std::ranges::copy(std::as_bytes(std::span{text.substr(0, size)}), into.begin());
        answer(static_cast<std::int64_t>(size));
        return text.substr(size);
    }
    void receive_end() {
        (void)asked<tasks::Receive>();
        answer(0);
    }

private:
    std::unique_ptr<tasks::Task> task_;
    tasks::Operation asked_;
};

// What stands for a connection where nobody receives or sends.
[[nodiscard]] inline int some_descriptor() { return sys::check(::eventfd(0, EFD_CLOEXEC), "eventfd"); }

// The task that a server spawns for a connection.
[[nodiscard]] inline Script accept_one(Script& acceptor) {
    (void)acceptor.asked<tasks::Accept>();
    acceptor.answer(some_descriptor());
    Script handler{acceptor.take_spawned()};
    acceptor.answer(0);
    return handler;
}

// Answers what the task asks, by answer(script, step); then step number `failing` fails with `error`. Each step that
// fails must be the last, and the task must say why. Returns the number of steps that can fail.
template <class MakeTask, class Answer>
int fail_each_step(MakeTask make_task, Answer answer, int error) {
    for (int failing = 0;; ++failing) {
        Script script{make_task()};
        for (int step = 0; step < failing; ++step) {
            if (script.asks<tasks::Finish>()) return step;
            answer(script, step);
        }
        if (script.asks<tasks::Finish>()) return failing;
        script.answer(-error);
        if (!script.asks<tasks::Finish>()) {
            ADD_FAILURE() << "went on though step " << failing << " failed";
            return failing;
        }
        EXPECT_EQ(script.asked<tasks::Finish>().error, -error) << "step " << failing;
    }
}

}  // namespace workloads
