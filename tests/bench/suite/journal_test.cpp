#include "bench/suite/journal.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <vector>

#include "temporary_folder.h"

namespace bench {
namespace {

class JournalTest : public testing::Test {
protected:
    [[nodiscard]] std::vector<std::string> lines() const {
        std::vector<std::string> found;
        Journal::read(path_, [&](std::string_view line) { found.emplace_back(line); });
        return found;
    }

    TemporaryFolder folder_;
    std::filesystem::path path_ = Journal::path_of(folder_.path() / "a.json");
};

TEST_F(JournalTest, LiesBesideTheDocument) { EXPECT_EQ(Journal::path_of("b/a.json"), "b/a.json.journal"); }

TEST_F(JournalTest, HasWhatWasCommitted) {
    Journal journal = Journal::begin(path_);
    journal.add({{"a", 1}});
    EXPECT_TRUE(lines().empty());
    journal.add({{"b", 2}});
    journal.commit();
    EXPECT_EQ(lines(), (std::vector<std::string>{R"({"a":1})", R"({"b":2})"}));
    journal.commit();
    EXPECT_EQ(lines().size(), 2U);
}

TEST_F(JournalTest, CutsOffALineThatIsNotWhole) {
    (void)Journal::begin(path_);
    std::ofstream{path_} << "{\"a\":1}\n{\"torn\":";
    EXPECT_EQ(lines().size(), 1U);
    Journal journal = Journal::go_on(path_);
    journal.add({{"b", 2}});
    journal.commit();
    EXPECT_EQ(lines(), (std::vector<std::string>{R"({"a":1})", R"({"b":2})"}));
}

TEST_F(JournalTest, DoesNotOverwriteAnother) {
    (void)Journal::begin(path_);
    EXPECT_THROW((void)Journal::begin(path_), std::runtime_error);
}

TEST_F(JournalTest, HasOneWriter) {
    const Journal journal = Journal::begin(path_);
    EXPECT_THROW((void)Journal::go_on(path_), std::runtime_error);
}

TEST_F(JournalTest, IsValidJsonWhateverAProgramHasSaid) {
    Journal journal = Journal::begin(path_);
    journal.add({{"reason", "a broken letter \xc3\nand a \"quote\""}});
    journal.commit();
    ASSERT_EQ(lines().size(), 1U);
    EXPECT_EQ(nlohmann::json::parse(lines()[0])["reason"], "a broken letter \xef\xbf\xbd\nand a \"quote\"");
}

TEST_F(JournalTest, IsGoneAfterACompleteRun) {
    Journal journal = Journal::begin(path_);
    journal.remove();
    EXPECT_FALSE(std::filesystem::exists(path_));
}

}  // namespace
}  // namespace bench
