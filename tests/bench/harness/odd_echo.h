#pragma once

#include <memory>
#include <utility>
#include <variant>

#include "workloads/table.h"
#include "workloads/workload.h"

namespace bench {

// The workload echo (or open_echo, or idle_crowd) with other server tasks. Served::make_echo() makes the workload;
// Served::make() replaces the task of each connection.
template <class Served>
class OddEcho final : public workloads::Workload {
public:
    std::size_t size() const override { return echo_->size(); }
    std::unique_ptr<tasks::Task> make(std::size_t index) const override {
        return std::make_unique<OddAcceptor>(echo_->make(index));
    }
    tasks::Demand demand() const override { return echo_->demand(); }
    void begin() override { echo_->begin(); }
    workloads::Verdict verify(const tasks::Ledger& ledger) const override { return echo_->verify(ledger); }
    workloads::Work work() const override { return echo_->work(); }
    workloads::Windows* windows() const override { return echo_->windows(); }
    std::size_t waiting_at_gate() const override { return echo_->waiting_at_gate(); }
    std::vector<std::unique_ptr<workloads::Workload>> make_peer(std::size_t shards_most) const override {
        return echo_->make_peer(shards_most);
    }
    workloads::ShardedHistogram* latency() const override { return echo_->latency(); }
    workloads::ShardedHistogram* latency_uncorrected() const override { return echo_->latency_uncorrected(); }

private:
    class OddAcceptor final : public tasks::Task {
    public:
        explicit OddAcceptor(std::unique_ptr<tasks::Task> acceptor) : acceptor_{std::move(acceptor)} {}
        tasks::Operation resume(tasks::Result result) override {
            tasks::Operation next = acceptor_->resume(result);
            if (auto* const spawn = std::get_if<tasks::Spawn>(&next)) {
                spawn->task = Served::make(std::move(spawn->task), ++connections_);
            }
            return next;
        }

    private:
        std::unique_ptr<tasks::Task> acceptor_;
        int connections_ = 0;
    };

    std::unique_ptr<workloads::Workload> echo_ = Served::make_echo();
};

// Five clients with 20 requests in each window, in a closed loop.
struct SmallEcho {
    static std::unique_ptr<workloads::Workload> make_echo() {
        return workloads::find("echo").make(
            tasks::Arguments{{"connections", 5}, {"payload", 100}, {"requests", 20}, {"work_us", 0}}, {});
    }
};

// Passes everything on to another task. Derived classes change the behaviour.
class ServedTask : public tasks::Task {
public:
    explicit ServedTask(std::unique_ptr<tasks::Task> served) : served_{std::move(served)} {}
    tasks::Operation resume(tasks::Result result) override { return served_->resume(result); }
    void compute() override { served_->compute(); }

private:
    std::unique_ptr<tasks::Task> served_;
};

}  // namespace bench
