#include "workloads/windows.h"

#include <algorithm>
#include <cassert>
#include <limits>
#include <string>

namespace workloads {
namespace {

constexpr auto relaxed = std::memory_order_relaxed;

sys::TimePoint to_time(std::int64_t ns) noexcept { return sys::TimePoint{sys::Nanoseconds{ns}}; }
std::int64_t to_ns(sys::TimePoint time) noexcept { return sys::Nanoseconds{time.time_since_epoch()}.count(); }

}  // namespace

Windows::Windows(std::size_t participants, std::uint64_t units, Bystanders bystanders)
    : units_{units},
      participants_{participants},
      attendants_{bystanders.attendants},
      counts_{participants + bystanders.silent} {
    assert(participants > 0 && units >= participants);
}

void Windows::plan(std::size_t count, Gatekeeper* gatekeeper, std::size_t unrecorded) {
    assert(count > 0);
    windows_ = sys::SharedArray<Window>{count};
    gatekeeper_ = gatekeeper;
    unrecorded_ = unrecorded;
}

void Windows::divide(std::size_t shards) {
    assert(shards > 0);
    batches_ = sys::SharedArray<Batch>{shards};
}

void Windows::begin() noexcept {
    for (Batch& batch : batches_) batch = {};
    board_->arrived.store(0, relaxed);
    board_->turned.store(0, relaxed);
    board_->recorded.store(0, relaxed);
    board_->units.store(units_, relaxed);
    board_->drawn.store(0, relaxed);
    board_->last_done_ns.store(0, relaxed);
    for (std::atomic<bool>* const flag :
         {&board_->open, &board_->records, &board_->turning, &board_->ended, &board_->failed}) {
        flag->store(false, relaxed);
    }
    for (Count& count : counts_) {
        count.in_window.store(0, relaxed);
        count.before.store(0, relaxed);
        count.bytes_in_window.store(0, relaxed);
    }
}

Windows::Arrival Windows::arrive(sys::TimePoint now) noexcept {
    // Before it arrives: afterwards the gate may turn at any moment.
    const std::size_t gate = board_->turned.load(std::memory_order_acquire);
    const std::int64_t now_ns = to_ns(now);
    std::int64_t last_ns = board_->last_done_ns.load(relaxed);
    while (now_ns > last_ns && !board_->last_done_ns.compare_exchange_weak(last_ns, now_ns, relaxed)) {
    }
    const bool last = board_->arrived.fetch_add(1, std::memory_order_acq_rel) + 1 == counts_.size() + attendants_;
    return {last, gate};
}

void Windows::turn() {
    // What the participants did before they arrived is visible from here on.
    (void)board_->arrived.load(std::memory_order_acquire);
    board_->turning.store(true, relaxed);
    const Gate gate = close();
    board_->open.store(false, relaxed);
    const std::optional<NextWindow> following = next(gate);
    board_->arrived.store(counts_.size() - participants_, relaxed);
    board_->drawn.store(0, relaxed);
    if (following) {
        board_->units.store(std::max<std::uint64_t>(following->units, participants_), relaxed);
        board_->records.store(following->recorded, relaxed);
    }
    board_->ended.store(!following, relaxed);
    // Whoever sees the number also sees whether it was the last gate.
    board_->turned.store(board_->turned.load(relaxed) + 1, std::memory_order_release);
    board_->turning.store(false, relaxed);
    board_->opened_ns.store(to_ns(sys::now()), relaxed);
    // Whoever sees the open window sees all of the above.
    board_->open.store(following.has_value());
    // A participant that fails at the same time writes in the other order, so that the window is closed in the end.
    if (board_->failed.load()) board_->open.store(false);
}

// Takes the figures of the window that is open, if there is one.
Gate Windows::close() {
    const Work work = cut();
    const std::size_t recorded = board_->recorded.load(relaxed);
    if (board_->turned.load(relaxed) == 0) return {.recorded = recorded, .closed = {}};
    const Window closed{.opened = to_time(board_->opened_ns.load(relaxed)),
                        .closed = to_time(board_->last_done_ns.load(relaxed)),
                        .work = work,
                        .recorded = board_->records.load(relaxed)};
    if (!closed.recorded) return {.recorded = recorded, .closed = closed};
    windows_[recorded] = closed;
    board_->recorded.store(recorded + 1, relaxed);
    return {.recorded = recorded + 1, .closed = closed};
}

std::optional<NextWindow> Windows::next(const Gate& gate) {
    if (gatekeeper_ == nullptr) return gate.recorded < planned() ? std::optional{NextWindow{units_}} : std::nullopt;
    const std::optional<NextWindow> next = gatekeeper_->at_gate(gate);
    assert(!next || !next->recorded || gate.recorded < planned());
    assert(!next || board_->turned.load(relaxed) + 1 < gates());
    return next;
}

sys::TimePoint Windows::opened() const noexcept { return to_time(board_->opened_ns.load(relaxed)); }

std::optional<std::uint64_t> Windows::draw() noexcept {
    const std::uint64_t number = participants_ + board_->drawn.fetch_add(1, relaxed);
    if (number >= board_->units.load(relaxed) || board_->failed.load(relaxed)) return std::nullopt;
    return number;
}

std::optional<std::uint64_t> Windows::draw(std::size_t shard, std::uint64_t batch_most) noexcept {
    Batch& batch = batches_[shard];
    if (batch.next == batch.end && !refill(batch, batch_most)) return std::nullopt;
    if (board_->failed.load(relaxed)) return std::nullopt;
    return batch.next++;
}

bool Windows::refill(Batch& batch, std::uint64_t batch_most) noexcept {
    // The quota may not have room for more than the first units.
    const std::uint64_t drawable = board_->units.load(relaxed) - participants_;
    std::uint64_t drawn = board_->drawn.load(relaxed);
    std::uint64_t size = 0;
    do {
        if (drawn >= drawable) return false;
        const std::uint64_t fair_share = (drawable - drawn) / batches_.size();
        size = std::clamp<std::uint64_t>(fair_share / 2, 1, batch_most);
    } while (!board_->drawn.compare_exchange_weak(drawn, drawn + size, relaxed));
    batch.next = participants_ + drawn;
    batch.end = batch.next + size;
    return true;
}

void Windows::done(std::size_t participant, std::uint64_t bytes) noexcept {
    Count& count = counts_[participant];
    count.in_window.store(count.in_window.load(relaxed) + 1, relaxed);
    count.bytes_in_window.store(count.bytes_in_window.load(relaxed) + bytes, relaxed);
}

std::uint64_t Windows::progress() const noexcept {
    std::uint64_t done = 0;
    for (std::size_t participant = 0; participant < counts_.size(); ++participant) done += units_of(participant);
    return done;
}

std::size_t Windows::fail() noexcept {
    board_->failed.store(true);
    board_->open.store(false);
    return board_->turned.load(relaxed);
}

Verdict Windows::verify(std::string_view participants) const {
    if (board_->ended.load(relaxed)) return Verdict::valid();
    const std::size_t turned = board_->turned.load(relaxed);
    const auto served = counts_.span().first(turned == 0 ? counts_.size() : participants_);
    const auto unserved =
        std::ranges::count_if(served, [](const Count& count) { return count.in_window.load(relaxed) == 0; });
    const std::string where =
        turned == 0 ? "in the first round, before the window opens" : "in window " + std::to_string(turned);
    std::string who{participants};
    if (unserved == 0) return Verdict::invalid(who + " failed " + where);
    return Verdict::invalid(std::to_string(unserved) + " of " + std::to_string(served.size()) + " " + who +
                            " got no answer " + where);
}

Work Windows::work() const noexcept {
    Work total{.units = 0, .bytes = 0, .fairness = Fairness{0, 0, 0}};
    for (const Window& window : windows_.span().first(recorded())) {
        total.units += window.work.units;
        total.bytes += window.work.bytes;
        total.fairness->least += window.work.fairness->least;
        total.fairness->most += window.work.fairness->most;
        total.fairness->jain += window.work.fairness->jain / static_cast<double>(recorded());
    }
    return total;
}

std::uint64_t Windows::units_of(std::size_t participant) const noexcept {
    return counts_[participant].before.load(relaxed) + counts_[participant].in_window.load(relaxed);
}

// The work of the participants since the last gate; the next window counts from 0. The fairness is Jain's index: R.
// Jain, D. Chiu, W. Hawe, A Quantitative Measure of Fairness and Discrimination, DEC TR-301, 1984.
Work Windows::cut() noexcept {
    Work work{.units = 0, .bytes = 0, .fairness = Fairness{}};
    std::uint64_t least = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t most = 0;
    double sum_of_squares = 0;
    for (Count& count : counts_.span().first(participants_)) {
        const std::uint64_t units = count.in_window.load(relaxed);
        count.before.store(count.before.load(relaxed) + units, relaxed);
        count.in_window.store(0, relaxed);
        work.bytes += count.bytes_in_window.load(relaxed);
        count.bytes_in_window.store(0, relaxed);
        least = std::min(least, units);
        most = std::max(most, units);
        work.units += units;
        sum_of_squares += static_cast<double>(units) * static_cast<double>(units);
    }
    const auto sum = static_cast<double>(work.units);
    const double jain = sum == 0 ? 0 : sum * sum / (static_cast<double>(participants_) * sum_of_squares);
    work.fairness = Fairness{.least = least, .most = most, .jain = jain};
    return work;
}

}  // namespace workloads
