#include "bench/harness/harness.h"

#include <cassert>
#include <stdexcept>

#include "sys/perf_counter.h"

namespace bench {

Harness::Harness(const Case& what, Placement placement, sys::Nanoseconds patience)
    : case_{what},
      available_{sys::current_affinity()},
      cpu_split_{place(placement, what.workload->group, available_)},
      patience_{patience},
      workload_{what.workload->make(what.arguments, what.model->acceptors(what.model_arguments))},
      ledger_{workload_->size()} {
    sys::set_affinity(cpu_split_.model);
}

Harness::~Harness() {
    model_.reset();
    sys::set_affinity(available_);
}

models::Support Harness::support() const {
    models::Support support = case_.model->support(workload_->demand(), case_.model_arguments);
    if (!support) return support;
    const auto peer = workload_->make_peer();
    if (!peer) return support;
    const tasks::Demand demand = peer->demand();
    models::Support descriptors = models::enough_descriptors(demand.tasks_at_once * demand.descriptors_per_task);
    return descriptors ? descriptors : models::Support::no("the peer " + descriptors.reason);
}

void Harness::prepare() {
    assert(!model_ && "call prepare() once");
    if (auto peer = workload_->make_peer()) peer_.emplace(std::move(peer), cpu_split_.peer, patience_);
    make_model();
}

void Harness::before_run() {
    ledger_.clear();
    workload_->begin();
}

void Harness::run() {
    assert(model_ && "call prepare() first");
    if (peer_) peer_->start();
    model_->run();
}

workloads::Verdict Harness::after_run() {
    if (workloads::Verdict verdict = workload_->verify(ledger_); !verdict || !peer_) return verdict;
    return peer_->finish();
}

void Harness::make_model() { model_ = case_.model->make(*workload_, ledger_, case_.model_arguments); }

void Harness::run_once() {
    before_run();
    run();
    if (const workloads::Verdict verdict = after_run(); !verdict) throw std::runtime_error{verdict.reason};
}

Counts Harness::count() {
    model_.reset();
    const sys::PerfCounter system_calls{sys::PerfCounter::Event::system_calls};
    const sys::PerfCounter migrations{sys::PerfCounter::Event::cpu_migrations};
    make_model();
    // The counted run is the second one, because the first one also makes things that later runs reuse (stacks,
    // tables).
    run_once();
    const auto difference = [](const sys::PerfCounter& counter, std::optional<std::int64_t> before) {
        const auto after = counter.read();
        return after && before ? std::optional{*after - *before} : std::nullopt;
    };
    before_run();
    const auto system_calls_before = system_calls.read();
    const auto migrations_before = migrations.read();
    run();
    Counts counts{.units = 0,
                  .system_calls = difference(system_calls, system_calls_before),
                  .migrations = difference(migrations, migrations_before),
                  .reason = system_calls.reason().empty() ? migrations.reason() : system_calls.reason()};
    if (const workloads::Verdict verdict = after_run(); !verdict) throw std::runtime_error{verdict.reason};
    counts.units = workload_->work().units;
    return counts;
}

sys::ResourceUsage Harness::model_usage() const { return sys::usage_with_children() + model_->live_children(); }

sys::ResourceUsage Harness::peer_usage() const { return peer_ ? peer_->usage() : sys::ResourceUsage{}; }

}  // namespace bench
