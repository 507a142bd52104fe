#include "bench/harness.h"

namespace bench {

Harness::Harness(const Case& what, Placement placement)
    : case_{what},
      available_{sys::current_affinity()},
      places_{place(placement, what.workload->group, available_)},
      workload_{what.workload->make(what.parameters, what.model->acceptors(what.model_parameters))},
      ledger_{workload_->size()} {
    sys::set_affinity(places_.model);
}

Harness::~Harness() {
    model_.reset();
    sys::set_affinity(available_);
}

models::Support Harness::support() const {
    models::Support support = case_.model->support(workload_->demand(), case_.model_parameters);
    if (!support) return support;
    const auto peer = workload_->make_peer();
    if (!peer) return support;
    const tasks::Demand demand = peer->demand();
    models::Support descriptors = models::enough_descriptors(demand.tasks_at_once * demand.descriptors_per_task);
    return descriptors ? descriptors : models::Support::no("the peer " + descriptors.reason);
}

void Harness::prepare() {
    if (auto peer = workload_->make_peer()) peer_.emplace(std::move(peer), places_.peer);
    model_ = case_.model->make(*workload_, ledger_, case_.model_parameters);
}

void Harness::before_run() {
    ledger_.clear();
    workload_->begin();
}

void Harness::run() {
    if (peer_) peer_->start();
    model_->run();
}

workloads::Verdict Harness::after_run() {
    if (workloads::Verdict verdict = workload_->verify(ledger_); !verdict || !peer_) return verdict;
    return peer_->finish();
}

sys::ResourceUsage Harness::model_usage() const { return sys::usage_with_children() + model_->live_children(); }

sys::ResourceUsage Harness::peer_usage() const { return peer_ ? peer_->usage() : sys::ResourceUsage{}; }

}  // namespace bench
