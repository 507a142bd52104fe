#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include "script.h"

namespace workloads {

enum class Order { oldest_first, newest_first };

// Plays a model that has one queue. A task runs until it waits for its children.
class TreeDriver {
public:
    static constexpr std::size_t never = std::numeric_limits<std::size_t>::max();

    explicit TreeDriver(Order order) : order_{order} {}

    // This Spawn and this Join, counted from 0 over the whole run, fail with these errors.
    std::size_t failing_spawn = never;
    std::size_t failing_join = never;
    static constexpr int spawn_error = EAGAIN;
    static constexpr int join_error = ENOMEM;

    // Runs the tree, and returns how its root task finished.
    tasks::Finish run(std::unique_ptr<tasks::Task> root) {
        add(std::move(root), nullptr);
        while (!queue_.empty()) resume(take());
        EXPECT_EQ(alive_, 0U) << "a task waits for ever";
        return root_;
    }

    [[nodiscard]] std::size_t tasks() const { return tasks_; }
    [[nodiscard]] std::size_t parents() const { return parents_; }
    [[nodiscard]] std::size_t spawns() const { return spawns_; }
    [[nodiscard]] std::size_t joins() const { return joins_; }
    [[nodiscard]] std::size_t most_alive() const { return most_alive_; }

private:
    struct Node {
        std::unique_ptr<tasks::Task> task;  // until it starts
        std::shared_ptr<Node> parent;
        std::optional<Script> script = {};
        std::size_t unjoined = 0;  // children that were spawned since the last Join
        std::size_t running = 0;   // of these, those that have not finished
        std::uint64_t sum = 0;
        int error = 0;
        bool waits = false;
    };

    void add(std::unique_ptr<tasks::Task> task, std::shared_ptr<Node> parent) {
        queue_.push_back(std::make_shared<Node>(Node{.task = std::move(task), .parent = std::move(parent)}));
        ++tasks_;
        most_alive_ = std::max(most_alive_, ++alive_);
    }
    std::shared_ptr<Node> take() {
        auto& from = order_ == Order::oldest_first ? queue_.front() : queue_.back();
        std::shared_ptr<Node> node = std::move(from);
        order_ == Order::oldest_first ? queue_.pop_front() : queue_.pop_back();
        return node;
    }
    void resume(const std::shared_ptr<Node>& node) {
        if (!node->script) {
            node->script.emplace(std::move(node->task));
            if (node->script->asks<tasks::Spawn>()) ++parents_;
        }
        if (node->waits) answer_join(*node);
        while (node->script->asks<tasks::Spawn>()) spawn(node);
        if (node->script->asks<tasks::Join>()) {
            node->waits = true;
            if (node->running == 0) queue_.push_back(node);
            return;
        }
        finish(*node);
    }
    void spawn(const std::shared_ptr<Node>& node) {
        EXPECT_TRUE(node->script->asked<tasks::Spawn>().joined);
        auto child = node->script->take_spawned();
        if (spawns_++ == failing_spawn) return node->script->answer(-spawn_error);
        add(std::move(child), node);
        ++node->unjoined;
        ++node->running;
        node->script->answer(0);
    }
    void answer_join(Node& node) {
        if (joins_++ == failing_join) node.error = -join_error;
        node.waits = false;
        node.unjoined = 0;
        node.script->answer(node.error != 0 ? node.error : static_cast<std::int64_t>(node.sum));
    }
    void finish(Node& node) {
        EXPECT_EQ(node.unjoined, 0U) << "a task finishes without a Join for its children";
        --alive_;
        root_ = node.script->asked<tasks::Finish>();
        if (!node.parent) return;
        Node& parent = *node.parent;
        parent.sum += root_.digest;
        if (parent.error == 0) parent.error = root_.error;
        if (--parent.running == 0 && parent.waits) queue_.push_back(node.parent);
    }

    Order order_;
    std::deque<std::shared_ptr<Node>> queue_;
    tasks::Finish root_{};  // of the task that finished last, which is the root in the end
    std::size_t tasks_ = 0;
    std::size_t parents_ = 0;
    std::size_t spawns_ = 0;
    std::size_t joins_ = 0;
    std::size_t alive_ = 0;
    std::size_t most_alive_ = 0;
};

}  // namespace workloads
