#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/harness/case.h"
#include "cpus.h"
#include "models/model.h"
#include "tasks/arguments.h"
#include "workloads/table.h"
#include "workloads/workload.h"

namespace bench {

// Passes everything on to another workload. Derived classes change the behaviour of its tasks, or of its peer.
class OddWorkload : public workloads::Workload {
public:
    explicit OddWorkload(std::unique_ptr<Workload> usual) : usual_{std::move(usual)} {}

    std::size_t size() const override { return usual_->size(); }
    std::unique_ptr<tasks::Task> make(std::size_t index) const override { return usual_->make(index); }
    tasks::Demand demand() const override { return usual_->demand(); }
    void begin() override { usual_->begin(); }
    workloads::Verdict verify(const tasks::Ledger& ledger) const override { return usual_->verify(ledger); }
    workloads::Work work() const override { return usual_->work(); }
    std::vector<std::unique_ptr<Workload>> make_peer(std::size_t most) const override {
        return usual_->make_peer(most);
    }
    workloads::Windows* windows() const override { return usual_->windows(); }
    std::uint64_t progress() const noexcept override { return usual_->progress(); }
    void hang_up() noexcept override { usual_->hang_up(); }
    workloads::ShardedHistogram* latency() const override { return usual_->latency(); }

private:
    std::unique_ptr<Workload> usual_;
};

// The same with shards of its peer of the type Shard.
template <class Shard>
class WithOddShards final : public OddWorkload {
public:
    using OddWorkload::OddWorkload;
    std::vector<std::unique_ptr<Workload>> make_peer(std::size_t most) const override {
        std::vector<std::unique_ptr<Workload>> shards;
        for (auto& usual : OddWorkload::make_peer(most)) shards.push_back(std::make_unique<Shard>(std::move(usual)));
        return shards;
    }
};

// The workloads with a peer that these tests use.
enum class Usual { echo, churn, fetch };
[[nodiscard]] constexpr std::string_view to_string(Usual usual) noexcept {
    return usual == Usual::echo ? "echo" : usual == Usual::churn ? "churn" : "fetch";
}

// The entry of the table, but it makes an Odd workload over the usual one.
template <class Odd, Usual usual>
[[nodiscard]] const workloads::Entry& odd_entry() {
    static const workloads::Entry entry = [] {
        workloads::Entry made = workloads::find(to_string(usual));
        made.make = [](const tasks::Arguments& arguments,
                       workloads::Acceptors acceptors) -> std::unique_ptr<workloads::Workload> {
            return std::make_unique<Odd>(workloads::find(to_string(usual)).make(arguments, acceptors));
        };
        return made;
    }();
    return entry;
}
template <class Odd>
[[nodiscard]] const workloads::Entry& odd_entry(Usual usual) {
    switch (usual) {
        case Usual::echo: return odd_entry<Odd, Usual::echo>();
        case Usual::churn: return odd_entry<Odd, Usual::churn>();
        case Usual::fetch: break;
    }
    return odd_entry<Odd, Usual::fetch>();
}

// A case of one of them with `clients` clients, or one if the model keeps one connection only.
[[nodiscard]] inline Case odd_case(const workloads::Entry& entry, const models::Entry& model, std::int64_t clients) {
    const bool only_one = model.tasks_at_once != nullptr && model.parameters.empty();
    if (only_one && entry.kept_open != nullptr) clients = 1;
    const std::string number = std::to_string(clients);
    const std::string text = entry.name == "echo"    ? "connections:" + number + "/payload:64/requests:300"
                             : entry.name == "churn" ? "clients:" + number + "/payload:64/connections:100"
                                                     : "clients:" + number + "/pages:20/delay_ms:0/page_bytes:1000";
    return make_case(entry, model, {tasks::parse_arguments(text)}, {}, two_cpus);
}

}  // namespace bench
