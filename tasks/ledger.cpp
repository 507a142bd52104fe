#include "tasks/ledger.h"

namespace tasks {

constexpr auto relaxed = std::memory_order_relaxed;

Ledger::Ledger(std::size_t roots) : roots_{roots} {}

void Ledger::clear() noexcept {
    for (Root& root : roots_) {
        root.digest.store(0, relaxed);
        root.times_finished.store(0, relaxed);
    }
    totals_->spawned_finished.store(0, relaxed);
    totals_->spawned_digest_sum.store(0, relaxed);
    totals_->failures.store(0, relaxed);
    totals_->first_error.store(0, relaxed);
}

void Ledger::finish(TaskId id, const Finish& finish) noexcept {
    if (finish.error != 0) {
        totals_->failures.fetch_add(1, relaxed);
        int none = 0;
        totals_->first_error.compare_exchange_strong(none, finish.error, relaxed);
    }
    if (id == TaskId::spawned) {
        totals_->spawned_digest_sum.fetch_add(finish.digest, relaxed);
        totals_->spawned_finished.fetch_add(1, relaxed);
        return;
    }
    Root& root = roots_[static_cast<std::size_t>(id)];  // asserts the index
    root.digest.store(finish.digest, relaxed);
    root.times_finished.fetch_add(1, relaxed);
}

std::uint32_t Ledger::times_finished(std::size_t index) const noexcept {
    return roots_[index].times_finished.load(relaxed);
}
std::uint64_t Ledger::digest(std::size_t index) const noexcept { return roots_[index].digest.load(relaxed); }
std::uint64_t Ledger::spawned_finished() const noexcept { return totals_->spawned_finished.load(relaxed); }
std::uint64_t Ledger::spawned_digest_sum() const noexcept { return totals_->spawned_digest_sum.load(relaxed); }
std::uint64_t Ledger::failures() const noexcept { return totals_->failures.load(relaxed); }
int Ledger::first_error() const noexcept { return totals_->first_error.load(relaxed); }

}  // namespace tasks
