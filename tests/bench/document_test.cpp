#include "bench/document.h"
#include "bench/native/controls.h"
#include "bench/sample_json.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

#include "cpus.h"
#include "models/table.h"
#include "sys/check.h"
#include "workloads/table.h"

namespace bench {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

// An empty folder; its destructor removes it.
class Files : public testing::Test {
protected:
    Files() {
        std::string pattern = (fs::temp_directory_path() / "concur_test.XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) throw std::system_error{errno, std::system_category(), "mkdtemp"};
        folder_ = pattern;
    }
    ~Files() override { fs::remove_all(folder_); }

    static std::string text_of(const fs::path& path) {
        std::ostringstream text;
        text << std::ifstream{path}.rdbuf();
        return text.str();
    }
    [[nodiscard]] std::ptrdiff_t files() const {
        return std::distance(fs::directory_iterator{folder_}, fs::directory_iterator{});
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

    fs::path folder_;
};

TEST_F(Files, AreWrittenAndReplaced) {
    const fs::path path = folder_ / "results.json";
    write_atomically(path, "one");
    EXPECT_EQ(text_of(path), "one");
    const std::string longer(300'000, 'x');
    write_atomically(path, longer);
    EXPECT_EQ(text_of(path), longer);
    write_atomically(path, "");
    EXPECT_EQ(text_of(path), "");
    EXPECT_EQ(files(), 1) << "a temporary file is left";
}

TEST_F(Files, KeepTheOldTextIfTheNewTextDoesNotFit) {
    const fs::path path = folder_ / "results.json";
    write_atomically(path, "old");
    // A file larger than this limit cannot be written, as on a full disk: one write is cut short, the next one fails.
    rlimit before{};
    sys::check(::getrlimit(RLIMIT_FSIZE, &before), "getrlimit");
    const rlimit small{1000, before.rlim_max};
    const auto handler = ::signal(SIGXFSZ, SIG_IGN);
    sys::check(::setrlimit(RLIMIT_FSIZE, &small), "setrlimit");
    const std::string thrown = thrown_by([&] { write_atomically(path, std::string(5000, 'x')); });
    sys::check(::setrlimit(RLIMIT_FSIZE, &before), "setrlimit");
    ::signal(SIGXFSZ, handler);
    EXPECT_EQ(thrown, "cannot write " + path.string() + ": write: File too large");
    EXPECT_EQ(text_of(path), "old");
    EXPECT_EQ(files(), 1) << "a temporary file is left";
}

TEST_F(Files, SayWhichCannotBeWritten) {
    const fs::path nowhere = folder_ / "no" / "such";
    EXPECT_EQ(thrown_by([&] { write_atomically(nowhere, "text"); }),
              "cannot write " + nowhere.string() + ": open: No such file or directory");
    // The path is the name of a folder.
    EXPECT_EQ(thrown_by([&] { write_atomically(folder_, "text"); }),
              "cannot write " + folder_.string() + ": rename: Is a directory");
    EXPECT_EQ(files(), 0);
    EXPECT_FALSE(fs::exists(folder_.string() + ".tmp." + std::to_string(::getpid())));
}

TEST_F(Files, AreReadAsJson) {
    const fs::path path = folder_ / "a.json";
    write_atomically(path, R"({"a": [1, 2]})");
    EXPECT_EQ(read_json(path), json::parse(R"({"a": [1, 2]})"));
}

TEST_F(Files, SayWhichCannotBeRead) {
    const fs::path missing = folder_ / "missing.json";
    EXPECT_EQ(thrown_by([&] { (void)read_json(missing); }),
              "cannot read " + missing.string() + ": No such file or directory");
    const fs::path half = folder_ / "half.json";
    for (const std::string_view text : {R"({"a": [1,)", "", "{} {}"}) {
        write_atomically(half, text);
        const std::string thrown = thrown_by([&] { (void)read_json(half); });
        EXPECT_TRUE(thrown.starts_with(half.string() + " is not complete JSON (")) << thrown;
        EXPECT_EQ(thrown.find('\n'), std::string::npos) << "more than one line";
    }
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
        complete_document(document_, names_, samples_, {cpu_plan(Placement::shared), machine_cpus()});
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
    EXPECT_EQ(text["latency"]["what"], "time");
    EXPECT_EQ(text["latency"]["p999_ns"], 999);
    EXPECT_EQ(text["latency"]["buckets"], json::parse("[[60, 1], [1023, 1]]"));
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
