#include "bench/suite/set_taker.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace bench {
namespace {

// With the baseline. More would lie too far from it in time.
constexpr std::size_t block_size_most = 8;
// The same, if the slices of the baseline take long.
constexpr std::size_t slow_block_size_most = 4;
// To count takes about two slices more. That is too much if they are longer than this.
constexpr std::chrono::seconds counted_slice_most{1};

double seconds_since(sys::TimePoint begin) { return std::chrono::duration<double>(sys::now() - begin).count(); }

// The order of slices depends on nothing but the seed and the place in the plan, so that it can be had again.
std::mt19937_64 random_for(std::uint64_t seed, std::size_t group, int round, int block) {
    std::seed_seq mixed{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32),
                        static_cast<std::uint32_t>(group), static_cast<std::uint32_t>(round),
                        static_cast<std::uint32_t>(block)};
    return std::mt19937_64{mixed};
}

}  // namespace

SetTaker::SetTaker(const Plan& plan, const Settings& settings, Record& record, Results& results)
    : plan_{plan},
      settings_{settings},
      record_{record},
      results_{results},
      room_{settings.cpus.serving.peer.size()},
      blocks_{settings.binaries, settings.cpus, settings.time_limit_s, record.slicings()},
      sampler_{settings.binaries, settings.cpus, settings.time_limit_s} {}

bool SetTaker::takes_turns(const PlannedCase& planned) const {
    return planned.in_turns && !settings_.only_whole_samples && !record_.takes_whole_samples(planned.name);
}

bool SetTaker::take(std::size_t group, int round, const std::vector<std::size_t>& cases, sys::SignalWatch& signals) {
    std::vector<std::size_t> whole;
    std::vector<std::size_t> in_turns;
    for (const std::size_t index : cases) {
        (takes_turns(plan_.groups[group].cases[index]) ? in_turns : whole).push_back(index);
    }
    if (!in_turns.empty() && !take_turns(group, round, std::move(in_turns), signals)) return false;
    // Those for which there was no room.
    for (const std::size_t index : cases) {
        const bool left = !record_.is_taken({group, index}, round) && !std::ranges::count(whole, index);
        if (left && !takes_turns(plan_.groups[group].cases[index])) whole.push_back(index);
    }
    return whole.empty() || take_whole(group, round, std::move(whole), signals);
}

// Every other round has the reverse order (ABBA), so that a slow drift of the machine affects two models alike.
bool SetTaker::take_whole(std::size_t group, int round, std::vector<std::size_t> cases, sys::SignalWatch& signals) {
    if (round % 2 == 1) std::ranges::reverse(cases);
    for (const std::size_t index : cases) {
        const sys::TimePoint begin = sys::now();
        const PlannedCase& planned = plan_.groups[group].cases[index];
        const auto taken = sampler_.take(planned, counts(planned, round), signals);
        if (!taken) return false;
        add(*taken, group, index,
            {plan_.groups[group].name, round, plan_.rounds, std::nullopt, false, results_.size()});
        note(Record::took_line(group, round, seconds_since(begin)));
        results_.commit();
    }
    return true;
}

bool SetTaker::take_turns(std::size_t group, int round, std::vector<std::size_t> cases, sys::SignalWatch& signals) {
    const Group& of = plan_.groups[group];
    while (!cases.empty()) {
        const sys::TimePoint begin = sys::now();
        const std::vector<std::size_t> block = next_block(group, round, cases);
        if (block.empty()) return true;
        const int number = record_.next_block(group, round);
        const Slicings known = record_.slicings();
        std::vector<Member> members;
        for (const std::size_t index : block) {
            const bool again = record_.is_taken({group, index}, round);
            const auto slicing = known.find(of.cases[index].name);
            const bool is_long = slicing != known.end() && slicing->second.length > counted_slice_most;
            members.push_back({&of.cases[index], counts(of.cases[index], round) && !again && !is_long});
        }
        std::mt19937_64 random = random_for(settings_.seed, group, round, number);
        auto result = blocks_.take(members, random, signals);
        if (!result) return false;
        for (const auto& [name, slicing] : record_.slicings()) {
            if (!known.contains(name)) results_.note(Record::slicing_line(name, slicing));
        }
        for (std::size_t i = 0; i < block.size(); ++i) {
            if (!result->taken[i]) {
                cases.push_back(block[i]);
                continue;
            }
            const bool further = i == 0 && record_.is_taken({group, block[0]}, round);
            add(*result->taken[i], group, block[i], {of.name, round, plan_.rounds, number, further, results_.size()});
        }
        note(Record::took_line(group, round, seconds_since(begin)));
        results_.commit();
    }
    return true;
}

std::vector<std::size_t> SetTaker::next_block(std::size_t group, int round, std::vector<std::size_t>& cases) {
    const Group& of = plan_.groups[group];
    const std::size_t baseline = record_.baseline(group);
    const auto is_slow = [&](std::size_t index) {
        const auto found = record_.slicings().find(of.cases[index].name);
        return found != record_.slicings().end() && found->second.is_slow();
    };
    std::erase(cases, baseline);
    // An A/A control of the baseline is in the same block as its original, so that the two can be compared.
    const auto rank = [&](std::size_t index) {
        if (of.cases[index].name == of.cases[baseline].name) return 0;
        return is_slow(index) ? 2 : 1;
    };
    std::ranges::stable_sort(cases, {}, rank);
    std::vector<std::size_t> block;
    if (!record_.has_failed({group, baseline})) block.push_back(baseline);
    std::vector<const Case*> together;
    for (const std::size_t index : block) together.push_back(&of.cases[index].what);
    const std::size_t most = is_slow(baseline) ? slow_block_size_most : block_size_most;
    for (const std::size_t index : std::vector<std::size_t>{cases}) {
        if (block.size() == most) break;
        // A slow case would keep fast ones waiting: it has the baseline for itself, unless that is as slow.
        if (block.size() > 1 && !is_slow(baseline) && (is_slow(block.back()) || is_slow(index))) break;
        together.push_back(&of.cases[index].what);
        if (!room_.is_enough_for(together)) {
            together.pop_back();
            if (block.size() > 1) break;
            note(Record::whole_line(of.cases[index].name));
            std::erase(cases, index);
            continue;
        }
        block.push_back(index);
        std::erase(cases, index);
    }
    const bool only_again = block.size() == 1 && block[0] == baseline && record_.is_taken({group, baseline}, round);
    return only_again ? std::vector<std::size_t>{} : block;
}

void SetTaker::add(const Taken& taken, std::size_t group, std::size_t index, const Position& position) {
    nlohmann::json entry = taken.entry;
    put_in_position(entry, plan_.groups[group].cases[index], position);
    results_.take_context(taken.context);
    results_.add(entry);
    record_.take({{"entry", std::move(entry)}});
}

void SetTaker::note(const nlohmann::json& line) {
    results_.note(line);
    record_.take(line);
}

}  // namespace bench
