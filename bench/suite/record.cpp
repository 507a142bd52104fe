#include "bench/suite/record.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <stdexcept>

#include "bench/json_text.h"
#include "bench/suite/set_value.h"

namespace bench {

using nlohmann::json;

namespace {

constexpr std::int64_t whole_most = std::numeric_limits<std::int64_t>::max();
constexpr double seconds_most = 1e9;

// Of rounds, blocks, slices or sets: a journal that names more than a million of them is not ours.
int count(const json& value) { return static_cast<int>(whole_number(value, 0, 1'000'000)); }

}  // namespace

Record::Record(const Plan& plan) : plan_{plan}, cases_(plan.groups.size()), set_seconds_(plan.groups.size(), 0.0) {
    for (std::size_t group = 0; group < plan.groups.size(); ++group) {
        groups_[plan.groups[group].name] = group;
        const std::vector<PlannedCase>& cases = plan.groups[group].cases;
        for (std::size_t i = 0; i < cases.size(); ++i) {
            for (const bool of_slices : {false, true}) cases_[group][cases[i].run_name(of_slices)] = i;
        }
    }
}

json Record::took_line(std::size_t group, int round, double seconds) {
    return {{"took", {{"group", group}, {"round", round}, {"seconds", seconds}}}};
}

json Record::slicing_line(const std::string& case_name, const Slicing& slicing) {
    return {{"slicing",
             {{"case", case_name},
              {"amount", slicing.amount},
              {"slices", slicing.slices},
              {"length_ns", slicing.length.count()}}}};
}

json Record::whole_line(const std::string& case_name) { return {{"whole", case_name}}; }

json Record::allotment_line(const std::map<CaseKey, std::size_t>& sets) const {
    json list = json::array();
    for (const auto& [key, count] : sets) {
        const Group& group = plan_.groups[key.first];
        list.push_back({{"group", group.name}, {"case", group.cases[key.second].run_name()}, {"sets", count}});
    }
    return {{"allotted", std::move(list)}};
}

void Record::take(const json& line) {
    if (line.contains("entry")) {
        take_entry(line["entry"]);
    } else if (line.contains("took")) {
        const json& took = line["took"];
        const auto group = static_cast<std::size_t>(
            whole_number(took.at("group"), 0, static_cast<std::int64_t>(plan_.groups.size()) - 1));
        const double seconds = number(took.at("seconds"), 0, seconds_most);
        const int round = count(took.at("round"));
        seconds_ += seconds;
        // The further sets are not those of the whole group.
        if (round < plan_.rounds) set_seconds_.at(group) = round_seconds_[{group, round}] += seconds;
    } else if (line.contains("slicing")) {
        const json& slicing = line["slicing"];
        const Slicing found{.amount = static_cast<std::uint64_t>(whole_number(slicing.at("amount"), 1, whole_most)),
                            .slices = std::max(1, count(slicing.at("slices"))),
                            .length = sys::Nanoseconds{whole_number(slicing.at("length_ns"), 0, whole_most)}};
        slicings_[slicing.at("case")] = found;
    } else if (line.contains("whole")) {
        whole_.insert(line["whole"].get<std::string>());
    } else if (line.contains("allotted")) {
        for (const json& one : line["allotted"]) {
            const std::size_t group = groups_.at(one.at("group"));
            allotted_[{group, cases_[group].at(one.at("case"))}] = static_cast<std::size_t>(count(one.at("sets")));
        }
    }
}

CaseKey Record::key_of(const json& entry) const {
    const std::size_t group = groups_.at(entry.at("concur").at("group"));
    std::string name = entry.at("run_name");
    if (const std::size_t further = name.find("/block:"); further != std::string::npos) name.resize(further);
    return {group, cases_[group].at(name)};
}

void Record::take_entry(const json& entry) {
    const CaseKey key = key_of(entry);
    const json& sample = entry.at("concur");
    const int round = count(sample.at("round"));
    const bool ok = sample.at("outcome") == "ok";
    taken_.insert({key, round});
    if (!ok) failed_.insert(key);
    if (sample.at("block").is_null()) return;
    const int block = count(sample.at("block"));
    int& blocks = blocks_[{key.first, round}];
    blocks = std::max(blocks, block + 1);
    const auto same = [&](const char* field) {
        return partner_.is_object() && partner_["concur"][field] == sample.at(field);
    };
    // The baseline is the first of its block.
    if (!same("group") || !same("round") || !same("block")) {
        partner_ = entry;
        return;
    }
    if (!ok || partner_["concur"]["outcome"] != "ok") return;
    if (const auto value = set_value(entry, partner_)) values_[key].push_back(*value);
}

std::size_t Record::baseline(std::size_t group) const {
    const Group& of = plan_.groups[group];
    if (!has_failed({group, of.baseline})) return of.baseline;
    for (std::size_t i = 0; i < of.cases.size(); ++i) {
        if (!of.cases[i].control && of.cases[i].in_turns && !has_failed({group, i})) return i;
    }
    return of.baseline;
}

int Record::next_block(std::size_t group, int round) const {
    const auto found = blocks_.find({group, round});
    return found == blocks_.end() ? 0 : found->second;
}

std::vector<Width> Record::widths() const {
    std::vector<Width> found;
    for (const auto& [key, values] : values_) {
        if (!has_failed(key)) found.push_back({key, compared_by(values), seconds_of_case(key)});
    }
    return found;
}

// Its slices, and its part of the time that the group takes beside all slices. The baseline, which is measured too,
// serves about two others.
double Record::seconds_of_case(CaseKey key) const {
    const auto of_slices = [&](std::size_t index) {
        const auto found = slicings_.find(plan_.groups[key.first].cases[index].name);
        if (found == slicings_.end()) return 0.0;
        return std::chrono::duration<double>{found->second.length}.count() * found->second.slices;
    };
    double slices = 0;
    double running = 0;
    for (std::size_t i = 0; i < plan_.groups[key.first].cases.size(); ++i) {
        if (has_failed({key.first, i})) continue;
        slices += of_slices(i);
        ++running;
    }
    const double beside = std::max(0.0, set_seconds_[key.first] - slices) / running;
    return of_slices(key.second) + beside + (of_slices(baseline(key.first)) + beside) / 2;
}

}  // namespace bench
