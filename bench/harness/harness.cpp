#include "bench/harness/harness.h"

#include <unistd.h>

#include <cassert>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include "models/table.h"
#include "sys/epoll_wait.h"

namespace bench {

Harness::Harness(const Case& what, const CpuPlan& cpus, std::size_t windows, sys::Nanoseconds patience, Turns* turns)
    : case_{what},
      available_{sys::current_affinity()},
      cpu_split_{cpus.of(what.workload->group)},
      peer_is_pinned_{cpus.placement != Placement::free},
      patience_{patience},
      workload_{make_workload(what)},
      ledger_{workload_->size()},
      meter_{*workload_, windows, turns, cpu_split_.peer.size()} {
    if (workload_->windows() != nullptr) {
        workload_->windows()->plan(windows, &meter_, turns != nullptr ? Turns::most_tries : 0);
    }
    sys::set_affinity(cpu_split_.model);
}

Harness::~Harness() {
    model_.reset();
    sys::set_affinity(available_);
}

models::Support Harness::support() const {
    models::Support support = case_.model->support(workload_->demand(), case_.model_arguments);
    if (!support) return support;
    if (std::string refusal = workload_->refusal(); !refusal.empty()) return models::Support::no(std::move(refusal));
    return peer_support();
}

// The peer runs under its own model, in processes with a watchdog each, and with one that watches them.
models::Support Harness::peer_support() const {
    const auto shards = workload_->make_peer(cpu_split_.peer.size());
    if (shards.empty()) return models::Support::yes();
    models::Support support = models::enough_processes(2 * shards.size() + 1, "processes and threads");
    try {
        (void)sys::best_epoll_wait();
    } catch (const std::system_error& error) {
        support = models::Support::no(std::string{"needs epoll: "} + error.what());
    }
    if (support) support = models::threads_can_start();
    for (const auto& shard : shards) {
        if (support) support = models::find(models::default_model).support(shard->demand(), {});
    }
    return support ? support : models::Support::no("the peer " + support.reason);
}

void Harness::prepare() {
    assert(!model_ && "call prepare() once");
    start_peer([](std::size_t) {});
    make_model();
}

// `prepare` is called in each process of the peer, before this function returns.
void Harness::start_peer(const std::function<void(std::size_t process)>& prepare) {
    auto shards = workload_->make_peer(cpu_split_.peer.size());
    if (shards.empty()) return;
    const Peer::Settings settings{.cpus = cpu_split_.peer,
                                  .pinned = peer_is_pinned_,
                                  .patience = patience_,
                                  .windows = workload_->windows(),
                                  .died = [this] { meter_.model().continue_stopped(); }};
    peer_.emplace(std::move(shards), settings, [&](std::size_t process) {
        meter_.peer().enter(process);
        prepare(process);
    });
}

workloads::Verdict Harness::warm_up() {
    workload_->observe_next_run();
    before_run();
    run();
    return after_run();
}

void Harness::before_run() {
    ledger_.clear();
    workload_->begin();
    // Afterwards: a peer that has died shut the listeners down, and the workload may have opened them again.
    if (peer_) peer_->require_alive();
}

void Harness::run() {
    assert(model_ && "call prepare() first");
    if (peer_) peer_->start();
    try {
        model_->run();
    } catch (const std::exception&) {
        // If the peer has died, all else follows from it.
        if (peer_) peer_->settle();
        throw;
    }
}

workloads::Verdict Harness::after_run() {
    workloads::Verdict verdict = workload_->verify(ledger_);
    if (!peer_) return verdict;
    if (verdict) return peer_->finish();
    // The peer may be what failed.
    peer_->settle();
    return verdict;
}

void Harness::make_model() {
    if (windows() != nullptr) {
        membership_.emplace(meter_.model());
        meter_.read_memory_before_model();
    }
    model_ = case_.model->make(*workload_, ledger_, case_.model_arguments);
}

void Harness::run_once() {
    before_run();
    run();
    if (const workloads::Verdict verdict = after_run(); !verdict) throw std::runtime_error{verdict.reason};
}

Counts Harness::count(std::optional<std::uint64_t> units) {
    assert(!model_ && "call count() instead of prepare()");
    if (windows() == nullptr) return count_run();
    const pid_t here = ::gettid();
    if (units) meter_.set_quota(*units);
    // The gates turn in the peer's first process.
    start_peer([&](std::size_t process) {
        if (process == 0) meter_.count(here);
    });
    if (!peer_) meter_.count(here);
    make_model();
    run_once();
    Counts counts = meter_.counts(0);
    counts.units = (*windows())[0].work.units;
    return counts;
}

Counts Harness::count_run() {
    start_peer([](std::size_t) {});
    const Counters counters;
    make_model();
    // The counted run is the second one, because the first one also makes things that later runs reuse (stacks,
    // tables).
    run_once();
    before_run();
    const Counts before = counters.read();
    run();
    Counts counts = difference(before, counters.read());
    if (const workloads::Verdict verdict = after_run(); !verdict) throw std::runtime_error{verdict.reason};
    counts.units = workload_->work().units;
    return counts;
}

sys::ResourceUsage Harness::model_usage() const { return sys::usage_with_children() + model_->live_children(); }

sys::ResourceUsage Harness::peer_usage() const { return peer_ ? peer_->usage() : sys::ResourceUsage{}; }

std::vector<sys::Nanoseconds> Harness::peer_cpu_by_process() const {
    return peer_ ? peer_->cpu_by_process() : std::vector<sys::Nanoseconds>{};
}

}  // namespace bench
