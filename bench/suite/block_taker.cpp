#include "bench/suite/block_taker.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include "bench/suite/block_watch.h"
#include "bench/suite/preflight.h"

namespace bench {
namespace {

// What a binary says after a slice: what was timed of it, and the amount of its work.
struct Done {
    sys::Nanoseconds took;
    std::uint64_t amount;
};
std::optional<Done> parse_done(const std::string& answer) {
    std::istringstream words{answer};
    std::string done;
    std::int64_t took_ns = 0;
    std::uint64_t amount = 0;
    if (!(words >> done >> took_ns >> amount) || done != "done" || took_ns <= 0 || amount == 0) return std::nullopt;
    return Done{sys::Nanoseconds{took_ns}, amount};
}

double seconds_per_unit(const Try& tried) {
    return std::chrono::duration<double>{tried.took}.count() / static_cast<double>(tried.amount);
}

// Slices that are always equally long could keep step with the ticks of the scheduler.
std::uint64_t jittered(std::uint64_t amount, std::mt19937_64& random) {
    std::uniform_real_distribution<double> factor{0.8, 1.2};
    return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(static_cast<double>(amount) * factor(random) + 0.5));
}

}  // namespace

BlockTaker::BlockTaker(std::filesystem::path binaries, CpuPlan cpus, double time_limit_s, Slicings& slicings)
    : binaries_{std::move(binaries)}, cpus_{std::move(cpus)}, time_limit_s_{time_limit_s}, slicings_{slicings} {}

std::optional<BlockResult> BlockTaker::take(std::span<const Member> members, std::mt19937_64& random,
                                            sys::SignalWatch& signals) {
    taken_.assign(members.size(), std::nullopt);
    // However this function ends, no process is left.
    struct Clear {
        ~Clear() { seats.clear(); }
        std::list<Seat>& seats;
    } const clear_at_the_end{seats_};
    const BlockWatch watch;
    for (std::size_t member = 0; member < members.size(); ++member) {
        if (seat(member, members[member], signals) == Next::interrupted) return std::nullopt;
        // The baseline was started for six slices. Now that they are known to be long, it is started again for fewer.
        const bool again = member == 0 && seats_.empty() && !taken_[0];
        if (again && seat(member, members[member], signals) == Next::interrupted) return std::nullopt;
    }
    if (!rotate(random, signals) || !end_all(signals)) return std::nullopt;
    const nlohmann::json evidence = watch.evidence();
    for (std::optional<Taken>& one : taken_) {
        if (one) one->entry["concur"]["evidence"].update(evidence);
    }
    return BlockResult{std::move(taken_)};
}

BlockTaker::Next BlockTaker::seat(std::size_t member, const Member& what, sys::SignalWatch& signals) {
    const auto known = slicings_.find(what.planned->name);
    const bool is_known = known != slicings_.end();
    const Slicing slicing = is_known ? known->second : make_slicing({1, slice_length, slice_length}, 1);
    const BinaryCall call{.planned = what.planned,
                          .cpus = &cpus_,
                          .binary = binary_path(binaries_, what.planned->what.workload->group),
                          .iterations = slicing.slices,
                          .count = what.count};
    Seat& seat = seats_.emplace_back(member, call, slicing, signals);
    if (const Next next = await(seat, signals); next != Next::go_on) return next;
    if (answer_ != "ready") {
        leave(seat, call.unfinished(call.binary.filename().string() + " said '" + answer_ + "' instead of 'ready'"));
        return Next::gone;
    }
    if (is_known) return Next::go_on;
    if (const Next next = find_slicing(seat, signals); next != Next::go_on) return next;
    slicings_.emplace(what.planned->name, seat.slicing);
    // The binary was told how many slices are to come, so it must be started again if they are others.
    const bool may_stay = member == 0 || !seat.slicing.is_slow();
    if (may_stay && seat.slicing.slices == slicing.slices) return Next::go_on;
    leave(seat, std::nullopt);
    return Next::gone;
}

BlockTaker::Next BlockTaker::find_slicing(Seat& seat, sys::SignalWatch& signals) {
    constexpr int tries_most = 8;
    std::uint64_t amount = 1;
    for (int tries = 0; amount > 0 && tries < tries_most; ++tries) {
        const Next next = give_turn(seat, "try " + std::to_string(amount), signals);
        if (next != Next::go_on) return next;
        if (tries == 0) seat.least = done_.amount;
        amount = next_try(done_);
    }
    seat.slicing = make_slicing(done_, seat.least);
    return Next::go_on;
}

// A disturbance may have spoilt the try after which the slices were cut: the slices of the first set tell more.
void BlockTaker::cut_again(Seat& seat) {
    if (seat.least == 0 || seat.taken.empty()) return;
    const auto middle = seat.taken.begin() + static_cast<std::ptrdiff_t>(seat.taken.size() / 2);
    std::ranges::nth_element(seat.taken, middle, {}, seconds_per_unit);
    const int slices = seat.slicing.slices;
    seat.slicing = make_slicing(*middle, seat.least);
    seat.slicing.slices = slices;
    slicings_[seat.call.planned->name] = seat.slicing;
}

BlockTaker::Next BlockTaker::give_turn(Seat& seat, const std::string& message, sys::SignalWatch& signals) {
    const auto break_off = [&](const std::string& how) {
        leave(seat, seat.call.unfinished(seat.call.binary.filename().string() + how));
        return Next::gone;
    };
    // A message that nobody asked for would be taken for the answer.
    if (const auto unasked = seat.taker.hear()) return break_off(" said '" + *unasked + "' when it had no turn");
    const sys::TimePoint begin = sys::now();
    (void)seat.taker.tell(message);  // if it has ended, await() notices
    if (const Next next = await(seat, signals); next != Next::go_on) return next;
    const auto done = parse_done(answer_);
    if (!done) return break_off(" answered '" + answer_ + "'");
    done_ = {.amount = done->amount, .took = done->took, .whole = sys::now() - begin};
    return Next::go_on;
}

BlockTaker::Next BlockTaker::await(Seat& seat, sys::SignalWatch& signals) {
    std::vector<TurnTaker*> alive;
    for (Seat& one : seats_) alive.push_back(&one.taker);
    TurnEnd turn = wait_for_turn(seat.taker, alive, to_nanoseconds(time_limit_s_), signals);
    answer_ = std::move(turn.answer);
    switch (turn.how) {
        case TurnEnd::How::answered: return Next::go_on;
        case TurnEnd::How::interrupted: return Next::interrupted;
        case TurnEnd::How::time_limit: leave(seat, seat.call.over_time_limit(time_limit_s_)); return Next::gone;
        case TurnEnd::How::ended: break;
    }
    const int status = seat.taker.group().end();
    leave(seat, seat.call.result(status, seat.taker.group().last_error_line()));
    return Next::gone;
}

// Frees the seat; ends its process if it lives.
void BlockTaker::leave(Seat& seat, std::optional<Taken> taken) {
    taken_[seat.member] = std::move(taken);
    seats_.remove_if([&](const Seat& one) { return &one == &seat; });
}

bool BlockTaker::rotate(std::mt19937_64& random, sys::SignalWatch& signals) {
    for (int rotation = 0;; ++rotation) {
        std::vector<Seat*> order;
        for (Seat& seat : seats_) {
            if (rotation < seat.slicing.slices) order.push_back(&seat);
        }
        if (order.empty()) break;
        std::ranges::shuffle(order, random);
        for (Seat* const seat : order) {
            const std::uint64_t amount = jittered(seat->slicing.amount, random);
            const Next next = give_turn(*seat, "go " + std::to_string(amount), signals);
            if (next == Next::interrupted) return false;
            if (next == Next::go_on) seat->taken.push_back(done_);
        }
    }
    for (Seat& seat : seats_) cut_again(seat);
    return true;
}

bool BlockTaker::end_all(sys::SignalWatch& signals) {
    while (!seats_.empty()) {
        Seat& seat = seats_.front();
        (void)seat.taker.tell("end");
        switch (await(seat, signals)) {
            case Next::interrupted: return false;
            case Next::gone: break;
            case Next::go_on: leave(seat, seat.call.unfinished("it answered '" + answer_ + "' after its last turn"));
        }
    }
    return true;
}

}  // namespace bench
