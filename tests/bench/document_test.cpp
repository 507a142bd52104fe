#include "bench/document.h"
#include "bench/native/controls.h"
#include "bench/sample_json.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

#include "cpus.h"
#include "environment.h"
#include "models/table.h"
#include "sys/check.h"
#include "temporary_folder.h"
#include "workloads/table.h"

namespace bench {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

class Files : public testing::Test {
protected:
    static std::string text_of(const fs::path& path) {
        std::ostringstream text;
        text << std::ifstream{path}.rdbuf();
        return text.str();
    }
    // The message of the exception that the call throws.
    template <class Call>
    static std::string thrown_by(Call call) {
        try {
            call();
        } catch (const std::runtime_error& error) {
            return error.what();
        }
        return "nothing";
    }

    TemporaryFolder temporary_;
    fs::path folder_ = temporary_.path();
};

TEST_F(Files, AreWrittenElsewhereIfTheyCannotBeWritten) {
    const fs::path nowhere = folder_ / "no" / "such.json";
    const fs::path elsewhere = folder_ / "elsewhere";
    fs::create_directory(elsewhere);
    const Variable temporary{"TMPDIR", elsewhere.c_str()};
    const std::string thrown = thrown_by([&] { write_or_keep(nowhere, "text"); });
    ASSERT_EQ(std::distance(fs::directory_iterator{elsewhere}, {}), 1);
    const fs::path kept = fs::directory_iterator { elsewhere } -> path();
    EXPECT_EQ(thrown, "cannot write " + nowhere.string() + ": open: No such file or directory; the results are in " +
                          kept.string());
    EXPECT_EQ(text_of(kept), "text");
}

TEST_F(Files, AreWrittenIntoTheNextFolderIfTheTemporaryOneIsNotThere) {
    const Variable temporary{"TMPDIR", "/no/such/folder"};
    const std::string thrown = thrown_by([&] { write_or_keep(folder_, "text"); });
    constexpr std::string_view before{"the results are in "};
    ASSERT_NE(thrown.find(before), std::string::npos) << thrown;
    const fs::path kept = thrown.substr(thrown.find(before) + before.size());
    EXPECT_EQ(text_of(kept), "text");
    fs::remove(kept);
}

TEST_F(Files, AreReadAsJson) {
    const fs::path path = folder_ / "a.json";
    std::ofstream{path} << R"({"a": [1, 2]})";
    EXPECT_EQ(read_json(path), json::parse(R"({"a": [1, 2]})"));
}

TEST_F(Files, SayWhichCannotBeRead) {
    const fs::path missing = folder_ / "missing.json";
    EXPECT_EQ(thrown_by([&] { (void)read_json(missing); }),
              "cannot read " + missing.string() + ": No such file or directory");
    const fs::path half = folder_ / "half.json";
    for (const std::string_view text : {R"({"a": [1,)", "", "{} {}"}) {
        std::ofstream{half} << text;
        const std::string thrown = thrown_by([&] { (void)read_json(half); });
        EXPECT_TRUE(thrown.starts_with(half.string() + " is not complete JSON (")) << thrown;
        EXPECT_EQ(thrown.find('\n'), std::string::npos) << "more than one line";
    }
}

TEST(BenchmarkJson, MayHoldWhatIsNoNumberAndNoText) {
    EXPECT_EQ(parse_benchmark_json("{\n\"cv\": NaN, \"a\": -Infinity, \"name\": \"caf\xe9\x01\"}"),
              (json{{"cv", nullptr}, {"a", nullptr}, {"name", "caf\xef\xbf\xbd "}}));
}

TEST(ToIso8601, IsUtcWithMilliseconds) {
    using std::chrono::milliseconds;
    const auto at = [](std::int64_t ms) { return to_iso8601(std::chrono::system_clock::time_point{milliseconds{ms}}); };
    EXPECT_EQ(at(0), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(at(951'782'400'007), "2000-02-29T00:00:00.007Z");
    EXPECT_EQ(at(1'795'222'923'456), "2026-11-21T01:02:03.456Z");
}

// Two cases, the first with two repetitions, as Google Benchmark writes them.
class Document : public testing::Test {
protected:
    static Sample make_sample(std::string_view name, std::string reason = "") {
        Sample sample;
        sample.what = case_named(name);
        sample.reason = std::move(reason);
        return sample;
    }
    static json entry(const char* run_name, int repetition) {
        return {{"name", run_name},
                {"run_name", run_name},
                {"run_type", "iteration"},
                {"repetition_index", repetition},
                {"real_time", 1.5}};
    }
    json complete() {
        complete_context(document_["context"], {cpu_plan(Placement::shared), machine_cpus()});
        std::vector<bool> given;
        complete_entries(document_["benchmarks"], names_, samples_, given);
        return document_["benchmarks"];
    }

    std::vector<std::string> names_{"a", "a", "b"};
    std::vector<Sample> samples_{make_sample("echo/epoll", "first"), make_sample("echo/epoll", "second"),
                                 make_sample("primes/serial", "third")};
    json document_{{"context", {{"date", "today"}}},
                   {"benchmarks", json::array({entry("a", 0), entry("a", 1), entry("b", 0)})}};
};

TEST_F(Document, GivesEachRepetitionItsOwnSample) {
    const json entries = complete();
    ASSERT_EQ(entries.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(entries[i]["concur"]["reason"], samples_[i].reason);
        EXPECT_EQ(entries[i]["concur"]["sequence"], i);
        EXPECT_EQ(entries[i]["real_time"], 1.5) << "what Google Benchmark measured stays";
    }
    EXPECT_EQ(entries[0]["concur"]["round"], 0);
    EXPECT_EQ(entries[1]["concur"]["round"], 1);
    EXPECT_EQ(entries[2]["concur"]["workload"], "primes");
}

TEST_F(Document, MayBeCompletedInParts) {
    std::vector<bool> given;
    for (std::size_t i = 0; i < 3; ++i) {
        json part = json::array({document_["benchmarks"][i]});
        const std::size_t measured = i + 1;
        complete_entries(part, std::span{names_}.first(measured), std::span{samples_}.first(measured), given);
        EXPECT_EQ(part[0]["concur"]["reason"], samples_[i].reason);
        EXPECT_EQ(part[0]["concur"]["sequence"], i);
    }
}

TEST_F(Document, FindsEntriesByNameInAnyOrder) {
    document_["benchmarks"] = json::array({entry("b", 0), entry("a", 0), entry("a", 1)});
    const json entries = complete();
    EXPECT_EQ(entries[0]["concur"]["reason"], "third");
    EXPECT_EQ(entries[0]["concur"]["sequence"], 2);
    EXPECT_EQ(entries[1]["concur"]["reason"], "first");
    EXPECT_EQ(entries[2]["concur"]["reason"], "second");
}

TEST_F(Document, DoesNotChangeAggregatesAndUnknownEntries) {
    json mean = entry("a", 0);
    mean["run_type"] = "aggregate";
    mean["aggregate_name"] = "mean";
    document_["benchmarks"] = json::array({mean, entry("a", 0), entry("c", 0), entry("a", 1), entry("a", 2)});
    const json entries = complete();
    EXPECT_EQ(entries[0], mean);
    EXPECT_EQ(entries[1]["concur"]["reason"], "first");
    EXPECT_EQ(entries[2], entry("c", 0));
    EXPECT_EQ(entries[3]["concur"]["reason"], "second");
    EXPECT_EQ(entries[4], entry("a", 2)) << "there was no third sample";
}

TEST_F(Document, KeepsAnEntryThatFailedWithItsOutcome) {
    json failed = entry("b", 0);
    failed["error_occurred"] = true;
    failed["error_message"] = "invalid: third";
    document_["benchmarks"] = json::array({failed});
    samples_[2].outcome = Outcome::invalid;
    const json entries = complete();
    EXPECT_EQ(entries[0]["error_occurred"], true);
    EXPECT_EQ(entries[0]["concur"]["outcome"], "invalid");
    EXPECT_TRUE(entries[0]["concur"]["work"].is_null());
    EXPECT_TRUE(entries[0]["concur"]["cost"].is_null());
    EXPECT_TRUE(entries[0]["concur"]["latency"].is_null());
}

TEST_F(Document, HasTheCpuTimeOfSlicesForTheNominalWork) {
    names_ = {"b"};
    samples_ = {make_sample("primes/serial")};
    samples_[0].cost = Cost{5'000'000, sys::ResourceUsage{}};
    // 2 ms for twice the nominal work, and 3 ms for half of it.
    const Slice twice{.start = {}, .wall = {}, .cpu = std::chrono::milliseconds{2}, .peer_cpu = {}, .units = 20};
    const Slice half{.start = {}, .wall = {}, .cpu = std::chrono::milliseconds{3}, .peer_cpu = {}, .units = 5};
    samples_[0].slices = Slices{.nominal_units = 10, .each = {twice, half}};
    json in_turns = entry("b", 0);
    in_turns["iterations"] = 2;
    in_turns["time_unit"] = "ms";
    document_["benchmarks"] = json::array({in_turns});
    EXPECT_DOUBLE_EQ(complete()[0]["cpu_time"].get<double>(), (1.0 + 6.0) / 2);
}

TEST_F(Document, DescribesTheRun) {
    complete();
    EXPECT_EQ(document_["context"]["date"], "today");
    const json run = document_["context"]["concur"];
    EXPECT_EQ(run["schema"], schema_version);
    EXPECT_EQ(run["placement"], "shared");
    EXPECT_EQ(run["groups"], json::array());
    EXPECT_TRUE(run["seed"].is_null() && run["budget_s"].is_null()) << "a binary that was started by hand";
    EXPECT_EQ(run["models"].size(), models::table().size() + models::absent().size() + native_controls().size());
    EXPECT_EQ(run["workloads"].size(), workloads::table().size());
    // JSON can hold all of it (not NaN, for example).
    EXPECT_EQ(json::parse(document_.dump()), document_);
}

TEST(SampleAsJson, HasEveryFigure) {
    Sample sample;
    sample.what = case_named("echo/thread_pool/workers:3/connections:5");
    sample.placement = Placement::split;
    sample.cpu_split = {{0, 1}, {2}};
    sample.work = workloads::Work{10, 20, workloads::Fairness{1, 3, 0.5}};
    sample.connections_by_acceptor = {4, 1};
    sample.cost = Cost{3, sys::ResourceUsage{1, 2, 3, 4, 5, 6}};
    sample.counts = Counts{.units = 7, .system_calls = 8, .switches = 9, .migrations = {}, .reason = {"because"}};
    sample.latency = Latency{"time", 2, 50, 99, 999, 1000, {{60, 1}, {1023, 1}}};
    sample.other_latencies.push_back({"long", Latency{"long time", 1, 70, 70, 70, 70, {{70, 1}}}});
    sample.evidence.steal = sys::Nanoseconds{7};
    sample.evidence.peer_cpu_share = 0.25;
    sample.evidence.throttled = sys::Nanoseconds{11};
    sample.evidence.tcp = sys::TcpStatistics{.listen_overflows = 12, .syn_retransmits = 13};
    sample.slices = Slices{.nominal_units = 10,
                           .each = {{.start = sys::TimePoint{sys::Nanoseconds{100}},
                                     .wall = sys::Nanoseconds{2},
                                     .cpu = sys::Nanoseconds{3},
                                     .peer_cpu = sys::Nanoseconds{4},
                                     .units = 5},
                                    {.start = sys::TimePoint{sys::Nanoseconds{200}},
                                     .wall = sys::Nanoseconds{6},
                                     .cpu = sys::Nanoseconds{7},
                                     .peer_cpu = sys::Nanoseconds{8},
                                     .units = 9}}};
    const json text = to_json(sample);
    EXPECT_EQ(text["workload"], "echo");
    EXPECT_EQ(text["model"], "thread_pool");
    EXPECT_EQ(text["arguments"], json::parse(R"({"connections": 5, "payload": 64, "requests": 20000, "work_us": 0})"));
    EXPECT_EQ(text["model_arguments"], json::parse(R"({"workers": 3})"));
    EXPECT_EQ(text["symbols"], json::object());
    EXPECT_EQ(text["timed"], "windows");
    EXPECT_EQ(text["outcome"], "ok");
    EXPECT_EQ(text["unit"], "request");
    EXPECT_EQ(text["model_cpus"], json::parse("[0, 1]"));
    EXPECT_EQ(text["peer_cpus"], json::parse("[2]"));
    EXPECT_EQ(text["work"], json::parse(R"({"units": 10, "bytes": 20, "completions_least": 1, "completions_most": 3,
                                            "jain": 0.5, "connections_by_acceptor": [4, 1]})"));
    EXPECT_EQ(text["cost"], json::parse(R"({"cpu_ns": 3, "cpu_user_ns": 1, "cpu_system_ns": 2, "switches_voluntary": 3,
                                            "switches_involuntary": 4, "faults_minor": 5, "faults_major": 6})"));
    EXPECT_EQ(text["counts"], json::parse(R"({"units": 7, "system_calls": 8, "switches": 9, "migrations": null,
                                              "reason": "because"})"));
    EXPECT_EQ(to_json(to_counts(text["counts"])), text["counts"]);
    EXPECT_TRUE(text["memory"].is_null());
    EXPECT_EQ(text["latency"]["what"], "time");
    EXPECT_EQ(text["latency"]["p999_ns"], 999);
    EXPECT_EQ(text["latency"]["buckets"], json::parse("[[60, 1], [1023, 1]]"));
    EXPECT_EQ(text["other_latencies"].size(), 1U);
    EXPECT_EQ(text["other_latencies"]["long"]["what"], "long time");
    EXPECT_EQ(text["other_latencies"]["long"]["buckets"], json::parse("[[70, 1]]"));
    EXPECT_EQ(text["evidence"]["steal_ns"], 7);
    EXPECT_EQ(text["evidence"]["throttled_ns"], 11);
    EXPECT_EQ(text["evidence"]["listen_overflows"], 12);
    EXPECT_EQ(text["evidence"]["syn_retransmits"], 13);
    EXPECT_EQ(text["slices"], json::parse(R"({"start_ns": [100, 200], "wall_ns": [2, 6], "cpu_ns": [3, 7],
                                              "peer_cpu_ns": [4, 8], "units": [5, 9]})"));
    EXPECT_TRUE(text["group"].is_null() && text["block"].is_null()) << "a suite sets them";
    EXPECT_EQ(text["evidence"]["peer_cpu_share"], 0.25);
    EXPECT_TRUE(text["evidence"]["run_delay_ns"].is_null()) << "null if the kernel does not tell";
}

TEST(SampleAsJson, SaysForWhatAPoolsWorkersStand) {
    Sample sample;
    sample.what = case_named("echo/thread_pool/connections:5");
    EXPECT_EQ(to_json(sample)["symbols"], json::parse(R"({"workers": "connections"})"));
    sample.what = case_named("primes/thread_pool");
    EXPECT_EQ(to_json(sample)["symbols"], json::parse(R"({"workers": "cpus"})"));
    sample.what = case_named("primes/thread_pool/workers:3");
    EXPECT_EQ(to_json(sample)["symbols"], json::object());
    EXPECT_EQ(to_json(sample)["timed"], "runs");
    EXPECT_TRUE(to_json(sample)["slices"].is_null());
    EXPECT_TRUE(to_json(sample)["evidence"]["listen_overflows"].is_null()) << "null if the kernel does not tell";
}

TEST(SampleAsJson, SaysWhichMemoryWasRead) {
    using workloads::Memory;
    Sample sample;
    sample.what = case_named("park/epoll");
    sample.memory = Memory{.when = Memory::When::waiting, .tasks = 2, .process_bytes = 3, .kernel_bytes = -4};
    EXPECT_EQ(to_json(sample)["memory"], json::parse(R"({"when": "waiting", "tasks": 2, "pss_bytes": 3,
                                                         "rss_bytes": null, "kernel_bytes": -4, "noise_bytes": 0})"));
    sample.memory->when = Memory::When::connected;
    EXPECT_EQ(to_json(sample)["memory"], json::parse(R"({"when": "connected", "tasks": 2, "pss_bytes": 3,
                                                         "rss_bytes": null, "kernel_bytes": -4, "noise_bytes": 0})"));
    sample.memory = Memory{
        .when = Memory::When::peak, .tasks = 2, .process_bytes = 3, .kernel_bytes = std::nullopt, .noise_bytes = 5};
    EXPECT_EQ(to_json(sample)["memory"], json::parse(R"({"when": "peak", "tasks": 2, "pss_bytes": null,
                                                         "rss_bytes": 3, "kernel_bytes": null, "noise_bytes": 5})"));
}

TEST(SampleAsJson, HasOnlyTheSumOfTheCpuTimeOfWindows) {
    Sample sample;
    sample.what = case_named("echo/epoll");
    sample.cost = Cost{3, {}};
    const json cost = to_json(sample)["cost"];
    EXPECT_EQ(cost["cpu_ns"], 3);
    EXPECT_TRUE(cost["cpu_user_ns"].is_null());
    EXPECT_TRUE(cost["switches_voluntary"].is_null());
}

}  // namespace
}  // namespace bench
