#include "bench/suite/results.h"

#include <gtest/gtest.h>

#include <fstream>

#include "bench/document.h"
#include "bench/suite/sample_entry.h"
#include "cpus.h"
#include "environment.h"
#include "small_suite.h"
#include "temporary_folder.h"

namespace bench {
namespace {

using nlohmann::json;

class ResultsTest : public testing::Test {
protected:
    static json entry(const std::string& name, const std::string& outcome, const std::string& reason) {
        Case what = case_named(name);
        json result = unfinished_entry({what, what.name(), 1, 1, false, true}, cpu_plan(), {}, reason);
        result["concur"]["outcome"] = outcome;
        return result;
    }
    static json run() {
        return describe_suite_run("small", make_plan(test::small_suite(), {{"echo"}, {}, ""}, 3),
                                  RunCpus{cpu_plan(Placement::shared), machine_cpus()}, 7, std::nullopt);
    }

    TemporaryFolder folder_;
    std::filesystem::path file_ = folder_.path() / "results.json";
};

TEST_F(ResultsTest, AreInTheJournalAfterACommit) {
    Results results = Results::begin(file_, run());
    std::size_t lines = 1;
    for (const char* const name : {"primes/serial", "primes/epoll", "echo/poll"}) {
        results.add(entry(name, "ok", ""));
        results.commit();
        std::string last;
        std::size_t count = 0;
        Journal::read(Journal::path_of(file_), [&](std::string_view line) {
            last = line;
            ++count;
        });
        EXPECT_EQ(count, ++lines);
        EXPECT_EQ(json::parse(last), (json{{"entry", entry(name, "ok", "")}}));
    }
    EXPECT_EQ(read_json(file_)["benchmarks"], json::array()) << "the entries are written at the end";
}

TEST_F(ResultsTest, BecomeADocumentAndTheJournalOfACompleteRunIsRemoved) {
    Results results = Results::begin(file_, run());
    json expected = json::array();
    for (const char* const name : {"primes/serial", "primes/epoll", "echo/poll"}) {
        expected.push_back(entry(name, "ok", ""));
        results.add(expected.back());
    }
    results.write(/*complete=*/false);
    EXPECT_EQ(read_json(file_)["benchmarks"], expected);
    EXPECT_TRUE(std::filesystem::exists(Journal::path_of(file_)));
    results.write(/*complete=*/true);
    EXPECT_EQ(read_json(file_)["benchmarks"], expected);
    EXPECT_EQ(read_json(file_)["context"]["concur"]["samples_planned"], 3);
    const auto files = std::filesystem::directory_iterator{folder_.path()};
    EXPECT_EQ(std::distance(begin(files), end(files)), 1) << "a temporary file or the journal is left";
}

TEST_F(ResultsTest, TellOfTheRun) {
    Results results = Results::begin(file_, run());
    results.write(false);
    const json incomplete = read_json(file_)["context"]["concur"];
    EXPECT_EQ(incomplete["suite"], "small");
    EXPECT_EQ(incomplete["rounds"], 3);
    EXPECT_EQ(incomplete["seed"], 7);
    EXPECT_TRUE(incomplete["budget_s"].is_null());
    EXPECT_EQ(incomplete["samples_planned"], 15) << "four cases and a control";
    ASSERT_EQ(incomplete["groups"].size(), 2U);
    const json& group = incomplete["groups"][0];
    EXPECT_EQ(group["name"], "echo/connections:1/payload:64/requests:20/work_us:0");
    EXPECT_EQ(group["baseline"], "echo/poll/connections:1/payload:64/requests:20/work_us:0");
    EXPECT_EQ(group["cases"].size(), 2U) << "without the control";
    EXPECT_EQ(incomplete["placement"], "shared");
    EXPECT_EQ(incomplete["complete"], false);
    results.set_rounds(2);
    results.write(true);
    EXPECT_EQ(read_json(file_)["context"]["concur"]["complete"], true);
    EXPECT_EQ(read_json(file_)["context"]["concur"]["rounds"], 2);
}

TEST_F(ResultsTest, TakeTheContextOfTheFirstThatHasOne) {
    Results results = Results::begin(file_, run());
    results.take_context(nullptr);
    results.take_context({{"host_name", "first"}, {"library_build_type", "release"}, {"concur", "not this"}});
    results.take_context({{"host_name", "second"}});
    results.write(false);
    const json context = read_json(file_)["context"];
    EXPECT_EQ(context["host_name"], "first");
    EXPECT_EQ(context["library_build_type"], "release");
    EXPECT_EQ(context["concur"]["suite"], "small");
    EXPECT_TRUE(context.contains("num_cpus"));
}

TEST_F(ResultsTest, GoOnWithTheJournal) {
    json before;
    {
        Results first = Results::begin(file_, run());
        first.take_context({{"host_name", "first"}});
        first.add(entry("primes/serial", "ok", ""));
        first.add(entry("echo/poll", "invalid", "work is missing"));
        first.write(false);
        before = read_json(file_);
        first.add(entry("echo/epoll", "ok", ""));  // and is killed before the commit
    }
    std::ofstream{Journal::path_of(file_), std::ios::app} << R"({"entry":{"name":"torn)";
    Results second = Results::go_on(file_);
    EXPECT_EQ(second.size(), 2U);
    EXPECT_FALSE(second.all_well());
    second.take_context({{"host_name", "second"}});
    second.write(false);
    EXPECT_EQ(read_json(file_), before);
}

TEST_F(ResultsTest, CountOutcomesAndNameEachReasonOnce) {
    Results results = Results::begin(file_, run());
    results.add(entry("primes/serial", "ok", ""));
    results.add(entry("echo/select", "skipped", "too many descriptors"));
    EXPECT_TRUE(results.all_well());
    results.add(entry("echo/poll", "did_not_finish", "time limit of 20 s"));
    results.add(entry("echo/epoll", "did_not_finish", "time limit of 20 s"));
    results.add(entry("echo/epoll", "invalid", "time limit of 20 s"));
    EXPECT_FALSE(results.all_well());
    EXPECT_EQ(results.counts().at("did_not_finish"), 2U);
    ASSERT_EQ(results.mishaps().size(), 3U);
    EXPECT_EQ(results.mishaps()[1].count, 2U);
    EXPECT_EQ(results.mishaps()[1].case_name.substr(0, 9), "echo/poll");
}

TEST_F(ResultsTest, AreValidJsonWhateverAProgramHasSaid) {
    Results results = Results::begin(file_, run());
    results.add(entry("primes/serial", "did_not_finish", "a broken letter \xc3 and a \"quote\""));
    results.write(false);
    EXPECT_EQ(read_json(file_)["benchmarks"][0]["concur"]["reason"], "a broken letter \xef\xbf\xbd and a \"quote\"");
}

TEST_F(ResultsTest, ThatCannotBeWrittenSaySo) {
    EXPECT_THROW((void)Results::begin(folder_.path() / "nowhere" / "results.json", run()), std::runtime_error);
}

TEST_F(ResultsTest, KeepTheJournalIfTheDocumentCannotBeWritten) {
    Results results = Results::begin(file_, run());
    results.add(entry("primes/serial", "ok", ""));
    std::filesystem::remove(file_);
    std::filesystem::create_directory(file_);
    const Variable temporary{"TMPDIR", folder_.path().c_str()};
    std::string said;
    try {
        results.write(/*complete=*/true);
    } catch (const std::runtime_error& error) {
        said = error.what();
    }
    EXPECT_TRUE(said.starts_with("cannot write " + file_.string() + ": open: Is a directory; the results are in "))
        << said;
    EXPECT_EQ(results.resumed_as(), file_);
    EXPECT_TRUE(std::filesystem::exists(Journal::path_of(file_)));
}

TEST_F(ResultsTest, OutliveTheirFolder) {
    const std::filesystem::path gone = folder_.path() / "gone";
    std::filesystem::create_directory(gone);
    Results results = Results::begin(gone / "results.json", run());
    results.add(entry("primes/serial", "ok", ""));
    std::filesystem::remove_all(gone);
    const std::filesystem::path kept = folder_.path() / "kept";
    std::filesystem::create_directory(kept);
    const Variable temporary{"TMPDIR", kept.c_str()};
    EXPECT_THROW(results.write(/*complete=*/true), std::runtime_error);
    EXPECT_EQ(read_json(std::filesystem::directory_iterator { kept } -> path())["benchmarks"].size(), 1U);
    EXPECT_FALSE(results.resumed_as()) << "there is no journal any more";
}

TEST_F(ResultsTest, OfADeviceHaveTheirJournalElsewhere) {
    const Variable temporary{"TMPDIR", folder_.path().c_str()};
    Results results = Results::begin("/dev/null", run());
    results.add(entry("primes/serial", "ok", ""));
    results.write(/*complete=*/false);
    const std::filesystem::path resumed = results.resumed_as().value();
    EXPECT_EQ(resumed.parent_path(), folder_.path());
    EXPECT_EQ(Journal::path_of(resumed).filename(), resumed.filename().string() + ".journal");
    EXPECT_TRUE(std::filesystem::exists(Journal::path_of(resumed)));
    results.write(/*complete=*/true);
    EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
    EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
}

TEST_F(ResultsTest, DoNotOverwriteTheJournalOfAnotherRun) {
    std::ofstream{Journal::path_of(file_)} << "precious\n";
    EXPECT_THROW((void)Results::begin(file_, run()), std::runtime_error);
    EXPECT_EQ(std::filesystem::file_size(Journal::path_of(file_)), 9U);
}

}  // namespace
}  // namespace bench
